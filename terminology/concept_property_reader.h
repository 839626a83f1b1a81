// Properties look alike in a CodeSystem's concepts and in those of a supplement.
// https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.concept.property
#pragma once

#include <vector>

#include "fhir/base/arena.h"
#include "fhir/formats/json_value.h"
#include "terminology/code_system.h"

namespace terminology {

/// Appends what owner.property holds, copied into the arena.
void read_concept_properties(const fhir::json::Value& owner, fhir::Arena& arena,
                             std::vector<Property>& out);

}  // namespace terminology
