// What the compilers of types, extensions and profiles read of an ElementDefinition alike.
// https://hl7.org/fhir/R4/elementdefinition.html
#pragma once

#include <cstdint>
#include <string_view>

#include "fhir/definitions/schema.h"
#include "fhir/formats/json_value.h"

namespace fhir::definitions {

/// What the code of a type begins with where FHIRPath's own type is meant: of ids, urls and the
/// values of primitives.
inline constexpr std::string_view k_system_prefix = "http://hl7.org/fhirpath/System.";

/// What the extension of a binding is named that names the largest set of codes.
inline constexpr std::string_view k_max_value_set =
    "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet";

/// min, max, maxLength …; k_unbounded for `*`.
/// otherwise   where the element says nothing, or what is no number
std::uint32_t limit_of(const json::Value& element, std::string_view name, std::uint32_t otherwise);

/// Of ElementDefinition.binding.strength; example for what is none of the codes.
BindingStrength strength_of(std::string_view code);

/// Of an ElementDefinition.constraint.
Severity severity_of(const json::Value& constraint);
bool is_best_practice(const json::Value& constraint);
/// Its FHIRPath; where what R4 publishes is known to contradict its own `human`, what it was put
/// right to later. Empty when it has none.
std::string_view expression_of(const json::Value& constraint);

/// Whether the type, or what it specializes, has a constraint of that key.
bool type_has(const TypeSchema* type, std::string_view key);

}  // namespace fhir::definitions
