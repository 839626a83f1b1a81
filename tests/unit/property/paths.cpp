#include "tests/unit/property/paths.h"

#include <doctest/doctest.h>

#include <map>
#include <regex>

#include "fhir/fhirpath/expression.h"
#include "tests/unit/property/references.h"

namespace property_test {
namespace {

struct Operand {
  fhir::fhirpath::Expression expression;
  std::string target;  // of `where(resolve() is Type)`, which was taken out
};

/// The operands of the union. No official expression has a `|` within an operand.
std::vector<Operand> compile(std::string_view expression) {
  static const std::regex condition(R"(\.where\(resolve\(\) is ([A-Za-z]+)\))");
  std::vector<Operand> operands;
  // code-value-date of R4 writes `DateTime`; there is no such type.
  std::string rest =
      std::regex_replace(std::string(expression), std::regex("DateTime"), "dateTime");
  while (!rest.empty()) {
    std::string one = rest.substr(0, rest.find('|'));
    rest.erase(0, one.size() + 1);
    std::smatch target;
    const bool is_typed = std::regex_search(one, target, condition);
    const std::string type = is_typed ? target[1].str() : "";
    auto compiled =
        fhir::fhirpath::Expression::compile(std::regex_replace(one, condition, ""), definitions());
    if (!compiled) FAIL(one << ": " << compiled.error().diagnostics);
    operands.push_back({*std::move(compiled), type});
  }
  return operands;
}

}  // namespace

Found evaluate(const Place& place, const fhir::Element& context, std::string_view expression) {
  static std::map<std::string, std::vector<Operand>, std::less<>> compiled;
  auto known = compiled.find(expression);
  if (known == compiled.end()) known = compiled.emplace(expression, compile(expression)).first;
  fhir::fhirpath::Environment environment;
  environment.definitions = &definitions();
  environment.resource = place.resource;
  environment.root_resource = place.container->root;
  Found found;
  for (const Operand& operand : known->second) {
    const auto items = operand.expression.evaluate(context, environment);
    if (!items) FAIL(operand.expression.source() << ": " << items.error().diagnostics);
    for (const fhir::fhirpath::Item& item : *items) {
      if (item.element() == nullptr) {
        found.truths.push_back(item.boolean());
      } else if (operand.target.empty() || target_type(place, *item.element()) == operand.target) {
        found.elements.push_back(*item.element());
      }
    }
  }
  return found;
}

}  // namespace property_test
