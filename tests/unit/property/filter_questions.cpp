// Random expressions of `_filter`.
#include <algorithm>

#include "tests/unit/property/evaluator.h"
#include "tests/unit/property/questions.h"
#include "tests/unit/property/strings.h"
#include "tests/unit/property/universe.h"

namespace property_test {

using fhir::SearchParameter;
using fhir::SearchParameterType;

Filter Questions::filter(const std::string& type, int depth) {
  Filter made;
  if (depth < 3 && dice_.chance(45)) {
    const std::size_t kind = dice_.below(3);
    made.kind = kind == 0   ? Filter::Kind::all
                : kind == 1 ? Filter::Kind::any
                            : Filter::Kind::negation;
    for (std::size_t left = kind == 2 ? 1 : 2; left > 0; --left)
      made.parts.push_back(filter(type, depth + 1));
    return made;
  }
  const auto links = parameters_of(type, true);
  if (depth < 4 && !links.empty() && dice_.chance(20)) {
    const SearchParameter& link = *dice_.pick(links);
    std::vector<std::string> targets;
    for (const std::string_view target : link.targets) {
      if (some_of(std::string(target)) != nullptr) targets.emplace_back(target);
    }
    if (!targets.empty()) {
      const std::string target = dice_.pick(targets);
      made = filter_test(target);
      made.links.emplace_back(link.code, dice_.chance(60) ? target : "");
      return made;
    }
  }
  return filter_test(type);
}

Filter Questions::filter_test(const std::string& type) {
  Filter test;
  const SearchParameter* parameter = nullptr;
  const auto parameters = parameters_of(type);
  do {
    parameter = dice_.pick(parameters);
  } while (parameter->code.starts_with("_") || parameter->type == SearchParameterType::reference ||
           parameter->type == SearchParameterType::composite ||
           parameter->type == SearchParameterType::special ||
           parameter->type == SearchParameterType::uri);
  test.code = parameter->code;
  if (dice_.chance(15)) {
    test.operation = "pr";
    test.value.parts = {dice_.pick({"true", "false"})};
    return test;
  }
  test.value = value_for(type, *parameter, "");
  test.value.prefix.clear();
  switch (parameter->type) {
    case SearchParameterType::string:
      test.operation = dice_.pick({"eq", "ne", "co", "sw", "ew", "gt", "lt", "ge", "le"});
      test.is_quoted = true;
      return test;
    case SearchParameterType::token:
      test.operation = dice_.pick({"eq", "ne"});
      if (test.value.parts.back().find_first_of("|,$ ") != std::string::npos)
        test.value.parts.back() = "a";
      if (test.value.parts.back().empty()) test.value.parts.back() = "b";
      return test;
    case SearchParameterType::date:
      test.operation =
          dice_.pick({"eq", "ne", "co", "gt", "lt", "ge", "le", "ap", "sa", "eb", "po"});
      return test;
    case SearchParameterType::number:
      test.operation = dice_.pick({"eq", "ne", "co", "gt", "lt", "ge", "le", "ap", "sa", "eb"});
      return test;
    default:
      test.operation = dice_.pick({"eq", "ne", "gt", "lt", "ge", "le", "ap", "sa", "eb"});
      // "token: any sequence of non-whitespace characters except `)` and `]`"
      test.is_quoted = test.value.text().find_first_of(" )]") != std::string::npos;
      return test;
  }
}

}  // namespace property_test
