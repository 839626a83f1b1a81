// Designations look alike in CodeSystem.concept, ValueSet.compose and ValueSet.expansion.
#pragma once

#include <vector>

#include "fhir/base/arena.h"
#include "fhir/formats/json_value.h"
#include "terminology/code_system.h"

namespace terminology {

/// Appends what owner.designation holds, copied into the arena.
void read_designations(const fhir::json::Value& owner, fhir::Arena& arena,
                       std::vector<Designation>& out);

}  // namespace terminology
