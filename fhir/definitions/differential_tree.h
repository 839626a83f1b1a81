// A differential's list of elements as a tree, whichever way its author named them: by id with the
// slices in it, or by path and sliceName alone, with or without the elements between.
// https://hl7.org/fhir/R4/profiling.html#snapshot
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/formats/json_value.h"

namespace fhir::definitions {

struct DifferentialNode {
  std::string_view name;   // last part of the path: `identifier`, `value[x]`, `valueQuantity`
  std::string_view slice;  // empty when this is no slice
  std::string_view alias;  // what its id says where it has no slice name
  const json::Value* element = nullptr;  // null where only something below is named
  std::size_t index = 0;                 // in differential.element; of the first one below, if none
  std::vector<std::unique_ptr<DifferentialNode>> children;  // in the differential's order
};

/// elements   of `differential.element`; the views live as long as they do
/// root       the name of the type that is constrained or defined: Patient
/// errors     structure: a path that does not begin with the root, is missing or too deep, or a
///            duplicate element, with the expression of the element · too-costly: too many
Result<std::unique_ptr<DifferentialNode>> differential_tree(const json::Value* elements,
                                                            std::string_view root);

/// `StructureDefinition.differential.element[4]`
std::string differential_expression(std::size_t index);

}  // namespace fhir::definitions
