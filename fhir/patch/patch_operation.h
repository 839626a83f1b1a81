// One operation of a FHIRPath Patch, read from its parameter.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/formats/json_value.h"

namespace fhir::patch {

enum class OperationType : std::uint8_t { add, insert, remove, replace, move };

/// Views into the Parameters resource.
struct Operation {
  OperationType type = OperationType::add;
  std::string_view path;
  std::string_view name;               // add: the new element
  const json::Value* value = nullptr;  // the part that holds it
  std::size_t index = 0;               // insert
  std::size_t source = 0;              // move
  std::size_t destination = 0;         // move
};

/// errors   invalid: no Parameters resource, or an operation without what its type needs
Result<std::vector<Operation>> read_operations(const json::Value& parameters);

}  // namespace fhir::patch
