// Where the walk stands: a chain of links on the stack, printed only when something is reported.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fhir/formats/json_value.h"

namespace fhir::validation {

struct Path {
  const Path* parent = nullptr;
  std::string_view name;              // FHIRPath's name; at the top the resource's type or a prefix
  std::int64_t index = -1;            // of an item of an array; -1: none
  std::string_view chosen_type = {};  // of a choice
  const json::Value* resource = nullptr;  // the resource that stands here, below the top
};

/// FHIRPath of the place, spelled as the reference validator does:
/// `Bundle.entry[0].resource/*Patient/a*/` (a comment names the resource),
/// `Observation.value.ofType(Quantity)`.
std::string to_string(const Path& path);

}  // namespace fhir::validation
