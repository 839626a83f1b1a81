// Rules of SNOMED CT's complex and extended maps.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-release-file-specification
// (5.2.3.3 Complex and extended map from SNOMED CT reference sets)
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "terminology/concept_map.h"
#include "terminology/ecl/substrate.h"

namespace terminology::maps {

enum class RuleOutcome : std::uint8_t { met, not_met, unknown };

/// Whether a rule applies to what is known of the patient.
///
/// rule     TRUE · OTHERWISE TRUE · IFA <concept> · IFA <concept> < 28.0 days · several joined by
///          AND. A comparison of ages is unknown, for a dependency carries concepts only
/// facts    dependencies of the question: concepts of SNOMED CT, or codes of administrative gender.
///          A fact meets a rule when it is the rule's concept or lies below it
/// returns  met, when every part is; not_met, when one is not: a patient of the other sex; unknown
RuleOutcome judge_rule(std::string_view rule, const std::vector<MapLink>& facts,
                       const ecl::Substrate& edition);

}  // namespace terminology::maps
