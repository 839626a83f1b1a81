// Text as default string matching compares it: https://hl7.org/fhir/R4/search.html#string
#pragma once

#include <string>
#include <string_view>

namespace property_test {

/// "insensitive to casing, accents or other diacritics, punctuation and non-significant whitespace
/// (including multiple spaces and tabs)". Where a text is nothing else, punctuation counts.
std::string folded(std::string_view text);

}  // namespace property_test
