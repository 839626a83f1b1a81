// What an element of a differential changes in the element it is derived from.
// https://hl7.org/fhir/R4/elementdefinition.html https://hl7.org/fhir/R4/profiling.html
#pragma once

#include <string_view>

#include "fhir/base/arena.h"
#include "fhir/definitions/snapshot_draft.h"
#include "fhir/formats/json_value.h"

namespace fhir::definitions {

/// Applies a differential's element: what it states takes the place of what was known, but
/// constraints, conditions, aliases and mappings add up, and prose that begins with `...` goes on.
///
/// url   of the structure that the element belongs to, the source of its constraints
void merge_element(DraftNode& node, const json::Value& element, std::string_view url, Arena& arena);

/// Applies the root of the one profile that an element's type names: its prose, and for an
/// extension how often it may occur, whether it modifies, and its constraints.
void merge_profile_root(DraftNode& node, const DraftNode& root, bool is_extension, Arena& arena);

}  // namespace fhir::definitions
