// Lists that may be absent.
#pragma once

#include <span>
#include <string_view>

#include "fhir/formats/json_value.h"

namespace fhir::json {

/// Items of an array; none of null.
inline std::span<const Value> items_of(const Value* list) {
  return list != nullptr ? list->items() : std::span<const Value>{};
}

/// Items of the array under that name; none when it is absent or no array.
inline std::span<const Value> items_at(const Value& object, std::string_view name) {
  return items_of(object.find(name));
}

}  // namespace fhir::json
