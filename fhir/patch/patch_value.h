// The value of a FHIRPath Patch operation as what it becomes in the resource.
// https://hl7.org/fhir/R4/fhirpatch.html
#pragma once

#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "fhir/definitions/schema.h"
#include "fhir/patch/property.h"

namespace fhir::patch {

/// An element of a type as a JSON member.
struct Target {
  const ElementSchema* element = nullptr;
  std::string member;  // JSON name without an underscore: `valueQuantity` for a choice
};

/// The value of a parameter or part: in `value[x]`, in `resource`, or in parts.
///
/// owner    the type that has the element
/// name     as FHIRPath says it (`value`), as JSON does (`valueQuantity`) or as the definition does
///          (`value[x]`)
/// errors   processing: the type has no such element, or none of the value's type · invalid: no
///          value
Result<Node> value_for(Arena& arena, const TypeSchema& owner, std::string_view name,
                       const json::Value& parameter, Target& target);

}  // namespace fhir::patch
