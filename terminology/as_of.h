// What releases were current at a date: the parameter `date` of the terminology operations.
// https://hl7.org/fhir/R4/codesystem-operation-lookup.html
#pragma once

#include <string>
#include <string_view>

#include "terminology/releases.h"
#include "terminology/version_rules.h"

namespace terminology {

/// The day of a version in digits, yyyymmdd, where it tells one: that of SNOMED CT's URIs,
/// yyyymmdd, yyyy-mm-dd, mmddyyyy, and a year as its first day; empty else.
std::string day_of_version(std::string_view version);

/// "the information … as it would have been in the past": where the value set names no version and
/// `rules` has none, the newest release up to the date. A code system whose loaded releases are all
/// younger has no version then: the rule names the date, which nothing is held of. Code systems
/// whose versions tell no day stay as they are.
///
/// date   a dateTime; of a year or month its last day. Outlives the rules
void add_rules_as_of(const Releases& releases, std::string_view date, VersionRules& rules);

}  // namespace terminology
