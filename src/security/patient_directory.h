// Where the pages find the patients that a user may choose.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace server::security {

struct PatientChoice {
  std::string id;
  std::string name;        // as it is shown; may be empty
  std::string birth_date;  // as stored; may be empty
};

struct EncounterChoice {
  std::string id;
  std::string text;  // class, period: as it is shown
};

struct User;

/// Whether patients' consents hold the user back. Broken: not in an emergency.
enum class Glass : std::uint8_t { whole, broken };

inline Glass glass_of(bool is_emergency) { return is_emergency ? Glass::broken : Glass::whole; }

/// Thread-safe. What patients' consents withhold from the user is not there.
class PatientDirectory {
 public:
  virtual ~PatientDirectory() = default;

  /// Patients whose name begins with `name`, at most `limit`; all names when it is empty.
  virtual fhir::Result<std::vector<PatientChoice>> find(const User& user, std::string_view name,
                                                        std::uint32_t limit, Glass glass) = 0;
  /// Those of the ids that there are.
  virtual fhir::Result<std::vector<PatientChoice>> read(const User& user,
                                                        std::span<const std::string> ids,
                                                        Glass glass) = 0;
  /// The patient's encounters, the last first.
  virtual fhir::Result<std::vector<EncounterChoice>> encounters(const User& user,
                                                                std::string_view patient,
                                                                std::uint32_t limit,
                                                                Glass glass) = 0;
};

}  // namespace server::security
