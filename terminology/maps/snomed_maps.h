// Maps that an edition of SNOMED CT implies by its association and map reference sets.
// https://hl7.org/fhir/R4/snomedct.html#implicit-cm
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "terminology/concept_map.h"
#include "terminology/ecl/substrate.h"

namespace terminology::maps {

/// One map for each historical association (targets are concepts) and each map reference set
/// (targets are codes), with the url `http://snomed.info/sct?fhir_cm=<reference set>`.
///
/// Of complex and extended maps a forward question is answered by map groups: with dependencies,
/// the first row of each group whose rule they meet; without, all rows. Each match has the advice
/// as comment, and group, priority, rule and advice as own products.
///
/// system    the edition as a code system; both outlive the maps
/// edition   its members are in ascending order of what they refer to
std::vector<std::unique_ptr<const ConceptMap>> snomed_maps(const CodeSystem& system,
                                                           const ecl::Substrate& edition);

}  // namespace terminology::maps
