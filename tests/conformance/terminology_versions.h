// The suite is written in R5, the server speaks R4: what differs, in both directions.
#pragma once

#include "conformance/terminology_json.h"

namespace terminology_suite {

/// A CodeSystem, ValueSet or ConceptMap, or a Parameters that holds some, as R4 has it.
void bring_down(Json& resource);

/// The R5 properties of an expansion, out of the extensions in which R4 carries them.
void lift_properties(Json& value_set);

}  // namespace terminology_suite
