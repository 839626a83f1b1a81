// Tokens: https://hl7.org/fhir/R4/search.html#token
#pragma once

#include <string>
#include <vector>

#include "tests/unit/property/evaluator.h"

namespace property_test {

struct Token {
  std::string system, code;
};

/// Those of an element, of whatever type.
std::vector<Token> tokens_of(const fhir::Element& element);
/// "the text associated with the code/value": of :text.
std::vector<std::string> texts_of(const fhir::Element& element);

/// `asked` is `code`, `system|code`, `|code` or `system|`.
bool is_token_match(const Value& asked, const Token& token);
/// `asked` is `system|code|value`: "the identifier's type and value".
bool is_of_type(const Value& asked, const fhir::Element& identifier);

}  // namespace property_test
