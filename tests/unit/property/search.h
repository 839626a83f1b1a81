// A whole search: criteria, expressions, order and what is to be included.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/property/filter.h"
#include "tests/unit/property/question.h"

namespace property_test {

/// `_include` or `_revinclude`.
struct Follow {
  bool reverse = false, iterate = false;
  std::string source, code, target;  // code may be `*`; target may be empty
};

/// `code/id/type?…`
struct Compartment {
  std::string code, id;
};

struct Search {
  std::string type;
  std::optional<Compartment> compartment;
  std::vector<Question> criteria;                  // all must hold
  std::vector<Filter> filters;                     // and these
  std::vector<std::pair<std::string, bool>> sort;  // code, and whether it descends
  std::vector<Follow> follows;

  /// As a URL has it, without its percent-escapes.
  std::string text() const;
  std::vector<std::pair<std::string, std::string>> parameters() const;
};

}  // namespace property_test
