// An expression of `_filter`, in parts. https://hl7.org/fhir/R4/search_filter.html
#pragma once

#include <string>
#include <vector>

#include "tests/unit/property/question.h"

namespace property_test {

struct Filter {
  enum class Kind { test, all, any, negation };

  Kind kind = Kind::test;
  std::vector<Filter> parts;  // two, or one of a negation
  // Of a test:
  std::vector<std::pair<std::string, std::string>> links;  // of a path: code, and type or nothing
  std::string code, operation;
  Value value;
  bool is_quoted = false;

  std::string text() const;
};

}  // namespace property_test
