// Strings: https://hl7.org/fhir/R4/search.html#string
#pragma once

#include <string>
#include <vector>

#include "fhir/model/element.h"

namespace property_test {

/// The texts of an element: of a HumanName or an Address "its various parts".
std::vector<std::string> strings_of(const fhir::Element& element);

/// "servers should search the parts of a family name independently": what begins at each part of
/// it but the first. Of a HumanName, or of a family name by itself.
std::vector<std::string> family_parts_of(const fhir::Element& element);

/// modifier   empty: equals or starts with · exact: "the entire string, case and accents" ·
///            contains
bool is_string_match(const std::string& modifier, const std::string& asked,
                     const std::string& text);

}  // namespace property_test
