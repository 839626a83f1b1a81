// How likely it is that two Patient resources are about one person.
// https://hl7.org/fhir/R4/patient-operation-match.html
#pragma once

#include <cstdint>
#include <string_view>

#include "fhir/formats/json_value.h"

namespace server::operations {

/// https://hl7.org/fhir/R4/valueset-match-grade.html; `none` is not told.
enum class MatchGrade : std::uint8_t { none, possible, probable, certain };

std::string_view code_of(MatchGrade grade);

struct Likeness {
  double score = 0;  // 0 to 1
  MatchGrade grade = MatchGrade::none;
};

/// Two rules decide alone: an identifier of one system and value makes a match certain unless name
/// or birth date speak against it, and equal name, birth date, and two of gender, address and
/// telecom do. Else it is the weighted mean of what both resources state: names by letters and by
/// sound, birth dates with their usual mistakes, gender, address, telecom, identifiers. Little that
/// can be compared makes a low score.
Likeness likeness_of(const fhir::json::Value& asked, const fhir::json::Value& candidate);

}  // namespace server::operations
