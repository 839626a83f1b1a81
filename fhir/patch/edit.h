// Steps from one immutable tree to the next: each makes a new node in the arena that shares every
// part it does not change.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/base/result.h"
#include "fhir/formats/json_value.h"

namespace fhir::patch {

/// The object with that member at its old place, or at the end when it is new.
json::Value with_member(Arena& arena, const json::Value& object, std::string_view name,
                        const json::Value& value);

/// The object without that member.
json::Value without_member(Arena& arena, const json::Value& object, std::string_view name);

/// at   position in the array; for insertion up to its size
json::Value with_item(Arena& arena, const json::Value& array, std::size_t at,
                      const json::Value& value);
json::Value with_inserted(Arena& arena, const json::Value& array, std::size_t at,
                          const json::Value& value);
json::Value without_item(Arena& arena, const json::Value& array, std::size_t at);

json::Value array_of(Arena& arena, const std::vector<json::Value>& items);
json::Value object_of(Arena& arena, const std::vector<json::Member>& members);
json::Value string_of(Arena& arena, std::string_view text);

/// The tree without members and items that hold nothing: FHIR has no empty arrays and objects
/// (https://hl7.org/fhir/R4/json.html). An array with nulls keeps its length while it has content.
json::Value without_empty(Arena& arena, const json::Value& value);

/// Takes the nodes of `value` off `nodes_left`. A value that is copied into itself again and again
/// would double each time: what is added is counted before it is.
///
/// depth     of the place where the value will stand
/// errors    too-costly: no nodes are left · too-long: deeper than k_json_depth_max
Result<void> count_added(const json::Value& value, std::size_t depth, std::size_t& nodes_left);

/// too-costly once the intermediate trees have outgrown k_patched_bytes_max.
Result<void> check_size(const Arena& arena);

}  // namespace fhir::patch
