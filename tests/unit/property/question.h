// What is asked, in parts: the text of a URL is made of it, and the evaluator reads the parts.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/property/words.h"

namespace property_test {

/// One alternative: `prefix`, and what stands between the `|`. Or the values of a composite.
struct Value {
  std::string prefix;
  std::vector<std::string> parts;
  std::vector<Value> components;

  std::string text() const;
};

/// One criterion. A chain or `_has` has one inner question, which has the values.
struct Question {
  std::string code;
  std::string modifier;     // without its colon; of a chain the type that it leads to, or none
  std::string source_type;  // of `_has`
  std::vector<Value> values;
  std::vector<Question> inner;
  std::vector<Words> words;  // one, of `_text` and `_content`

  bool is_has() const { return !source_type.empty(); }
  std::string name() const;
  std::string value() const;
};

}  // namespace property_test
