// Which of two versions is the newer: of conformance resources and of packages.
// https://hl7.org/fhir/R4/references.html#canonical https://semver.org/#spec-item-11
#pragma once

#include <compare>
#include <string_view>

namespace fhir {

/// Orders versions by their parts: numbers as numbers, the rest as text; `1.0.0-rc1` comes before
/// `1.0.0`. Versions that are no semver (dates, words) are ordered by the same parts. A date comes
/// before every number: HL7's code systems had dates before they had numbers.
std::strong_ordering compare_versions(std::string_view a, std::string_view b);

/// Whether a version is one that a range of FHIR packages asks for: `1.2.x`, `1.x`, `x`, `latest`,
/// or the version itself. A wildcard takes no pre-release.
bool matches_version(std::string_view range, std::string_view version);

}  // namespace fhir
