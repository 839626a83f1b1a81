// Which search parameters the index rows of a store were made by, and what each of them depends on.
// https://hl7.org/fhir/R4/searchparameter.html
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"

namespace fhir {
class DefinitionStore;
}

namespace server::jobs {

/// Stands among the urls of parameters for the rows of contained resources: a store that does not
/// name it was written by a program that made none.
inline constexpr std::string_view k_contained_parameter = "_contained";

/// A value.
class KnownParameters {
 public:
  /// Of a store that has never told.
  KnownParameters() = default;
  /// errors   structure: to_text() did not make it
  static fhir::Result<KnownParameters> of_text(std::string_view text);
  static KnownParameters of(const fhir::DefinitionStore& definitions);

  std::string to_text() const;

  /// What has to be indexed again.
  struct Change {
    std::vector<std::string> types;       // sorted
    std::vector<std::string> parameters;  // canonicals
  };
  /// What rows are missing once the definitions are in force.
  ///
  /// present   of the definitions
  /// counts    current resources of each type: what there is none of needs no rows
  Change change_to(const KnownParameters& present, const fhir::DefinitionStore& definitions,
                   const std::vector<std::pair<std::string, std::uint64_t>>& counts) const;

  friend bool operator==(const KnownParameters& a, const KnownParameters& b) {
    return a.prints_ == b.prints_;
  }

 private:
  std::map<std::string, std::string> prints_;  // url → what its rows depend on
  bool has_told_ = false;
};

}  // namespace server::jobs
