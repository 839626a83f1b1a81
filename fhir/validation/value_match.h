// Fixed values and patterns. https://hl7.org/fhir/R4/elementdefinition-definitions.html
#pragma once

#include <cstddef>
#include <string_view>

#include "fhir/formats/json_value.h"

namespace fhir::validation {

bool is_same_primitive(const json::Value& a, const json::Value& b);

/// Whether `value` has everything that `wanted` has; `exactly`: and nothing else.
bool matches(const json::Value& value, const json::Value& wanted, bool exactly);

/// Characters of UTF-8 text.
std::size_t characters_in(std::string_view text);

}  // namespace fhir::validation
