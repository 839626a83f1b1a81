// Observations as series of measurements, one for each code.
// https://hl7.org/fhir/R4/observation-operation-stats.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/decimal.h"
#include "fhir/formats/json_value.h"
#include "fhir/model/unit_system.h"
#include "src/operations/statistics.h"

namespace server::operations {

struct CodeKey {
  std::string system;  // empty: any, where it is asked for
  std::string code;
  std::string display;
};

/// When an observation holds: UTC milliseconds of the start of its effective time; nothing when it
/// has none.
std::optional<std::int64_t> effective_time(const fhir::json::Value& observation);

/// The codings of a CodeableConcept.
std::vector<CodeKey> codings_of(const fhir::json::Value* concept_value);

class ObservationSeries {
 public:
  struct Series {
    CodeKey code;
    std::string unit, unit_system, unit_code;  // of all numbers; empty where they have none
    std::vector<Sample> samples;
    std::size_t total = 0;  // measurements without a usable number too
  };

  /// units   null: numbers count in the unit that most of them have only
  ObservationSeries(std::vector<CodeKey> asked, const fhir::UnitSystem* units);

  /// Takes what an observation and its components measure by the codes asked for; of a panel, all
  /// that its components measure. An observation that was withdrawn, and one with a modifier
  /// extension, is passed over.
  ///
  /// returns   references to the members of a panel that is asked for
  std::vector<std::string> add(const fhir::json::Value& observation);
  /// Takes what a member of a panel measures, by its own code.
  void add_member(const fhir::json::Value& observation);

  /// One for each code asked for, then those of panels. Each in one unit: the one that most numbers
  /// have; what cannot be converted counts in `total` alone.
  std::vector<Series> series() const;

 private:
  struct Measurement {
    std::optional<fhir::Decimal> value;
    std::string unit, unit_system, unit_code;
    std::optional<std::int64_t> time_ms;
  };
  struct Group {
    CodeKey code;
    std::vector<Measurement> measurements;
  };

  bool counts(const fhir::json::Value& observation) const;
  const CodeKey* asked_for(const std::vector<CodeKey>& codings) const;
  void measure(const CodeKey& code, const fhir::json::Value& holder,
               std::optional<std::int64_t> time_ms);
  void measure_components(const fhir::json::Value& observation, std::optional<std::int64_t> time_ms,
                          bool all_of_them);
  Series in_one_unit(const Group& group) const;

  std::vector<CodeKey> asked_;
  const fhir::UnitSystem* units_;
  std::vector<Group> groups_;
};

}  // namespace server::operations
