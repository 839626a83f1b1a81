// The items of one element of an object: each a value with its `_name` sibling
// (https://hl7.org/fhir/R4/json.html#primitive).
#pragma once

#include <string_view>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/formats/json_value.h"

namespace fhir::patch {

/// One item; a null value or sibling is absent.
struct Node {
  json::Value value;
  json::Value sibling;

  bool is_empty() const { return value.is_null() && sibling.is_null(); }
};

struct Property {
  std::vector<Node> nodes;
  bool is_array = false;
};

/// name   of the JSON member, without an underscore
Property read_property(const json::Value& object, std::string_view name);

/// The object with these items under that name; without the member when there are none.
json::Value with_property(Arena& arena, const json::Value& object, std::string_view name,
                          const Property& property);

}  // namespace fhir::patch
