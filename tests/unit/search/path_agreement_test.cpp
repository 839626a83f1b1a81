// What the paths leave to FHIRPath and what they do themselves must be the same language: every
// operand of every official parameter, both ways, over the instance examples.
#include <filesystem>
#include <map>

#include "fhir/fhirpath/expression.h"
#include "fixture.h"
#include "src/search/path.h"
#include "src/search/resolver.h"

using namespace server::search;
using search_test::core;

namespace {

constexpr std::uintmax_t k_file_bytes_max =
    60'000;  // the definitions are larger, and repeat themselves

struct Both {
  std::string operand;
  Path path;
  fhir::fhirpath::Expression expression;
};

// The operands rooted in a type, without duplicates.
std::vector<Both> operands_of(std::string_view type) {
  std::vector<Both> found;
  for (Parameter parameter : core()->search_parameters_of(type)) {
    for (const std::string_view operand : split_union(parameter->expression)) {
      if (root_name(operand) != type) continue;
      auto path = Path::compile(operand, *core());
      if (!path) continue;
      auto expression = fhir::fhirpath::Expression::compile(operand, *core());
      if (!expression) FAIL(operand << ": " << expression.error().diagnostics);
      found.push_back({std::string(operand), *std::move(path), *std::move(expression)});
    }
  }
  return found;
}

using Offsets = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("a path leads where FHIRPath does") {
  std::map<std::string_view, std::vector<Both>> by_type;
  std::size_t compared = 0;
  for (const auto& file : std::filesystem::directory_iterator(search_test::k_package)) {
    if (file.path().extension() != ".json" || file.file_size() > k_file_bytes_max) continue;
    const auto resource = search_test::document(search_test::read_file(file.path().string()));
    const fhir::Element root = fhir::root_element(resource.root(), *core());
    if (root.type == nullptr || root.type->name == "ValueSet" || root.type->name == "CodeSystem")
      continue;
    if (!by_type.contains(root.type->name)) by_type[root.type->name] = operands_of(root.type->name);
    ReferenceResolver resolver(root, *core());
    fhir::fhirpath::Environment environment;
    environment.definitions = core().get();
    environment.resource = environment.root_resource = root;
    environment.resolver = &resolver;
    for (const Both& both : by_type[root.type->name]) {
      Offsets walked, evaluated;
      both.path.for_each(root, root, resolver,
                         [&](const fhir::Element& element) { walked.push_back(element.offset()); });
      const auto items = both.expression.evaluate(root, environment);
      CAPTURE(file.path().filename().string());
      CAPTURE(both.operand);
      if (!items) {
        FAIL_CHECK(items.error().diagnostics);
        continue;
      }
      for (const auto& item : *items) {
        if (item.element() != nullptr) evaluated.push_back(item.element()->offset());
      }
      if (walked != evaluated) CHECK(walked == evaluated);
      ++compared;
    }
  }
  MESSAGE(compared << " comparisons");
  CHECK(compared > 10'000);
}
