// The names that `value[x]` takes for one of its types, and the narrowing of an element to it.
// https://hl7.org/fhir/R4/formats.html#choice
#pragma once

#include <string_view>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/definitions/snapshot_draft.h"

namespace fhir::definitions {

/// The type of `choice` that a name like `valueQuantity` asks for; empty when it is none.
///
/// choice   an element whose name ends with `[x]`, with its types
std::string_view chosen_type(const DraftNode& choice, std::string_view name);

/// Leaves only the types of these codes.
void narrow_types(DraftNode& node, const std::vector<std::string_view>& codes, Arena& arena);

}  // namespace fhir::definitions
