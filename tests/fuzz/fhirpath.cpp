// Any source compiled and evaluated over a small resource: neither may crash, hang or leave a
// limit. The first byte chooses the budget of steps, the rest is the expression.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "fhir/fhirpath/analysis.h"
#include "fhir/fhirpath/expression.h"
#include "fhir/fhirpath/parse_tree.h"
#include "fhir/formats/json_document.h"
#include "tests/fuzz/core.h"

namespace {

constexpr const char* k_resource = R"({"resourceType":"Patient","id":"a","active":true,
  "contained":[{"resourceType":"Organization","id":"o","name":"x"}],
  "name":[{"use":"official","family":"A","given":["B","Ć"]},{"given":[null,"D"],"_given":[{"id":"1"},null]}],
  "birthDate":"1974-12-25","gender":"male","multipleBirthInteger":2,
  "extension":[{"url":"http://x","valueQuantity":{"value":1.50,"unit":"mg","code":"mg"}}],
  "managingOrganization":{"reference":"#o"}})";

struct Fixture {
  std::shared_ptr<const fhir::DefinitionStore> definitions;
  fhir::json::Document document;

  Fixture() : document(std::move(fhir::json::Document::read(k_resource)).value()) {
    definitions = fuzz::load_core();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture k_fixture;
  if (size == 0) return 0;
  const std::string_view source(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto compiled = fhir::fhirpath::Expression::compile(source, *k_fixture.definitions);
  if (!compiled) return 0;
  fhir::fhirpath::Environment environment;
  environment.definitions = k_fixture.definitions.get();
  environment.steps_max = std::size_t{1} << (data[0] % 20);
  const fhir::Element root = root_element(k_fixture.document.root(), *k_fixture.definitions);
  environment.resource = root;
  const auto result = compiled->evaluate(root, environment);
  if (result) {
    for (const fhir::fhirpath::Item& item : *result) (void)item.text();
  }
  (void)compiled->is_true(root, environment);
  (void)analyze(*compiled, *k_fixture.definitions, {.context = root.type});
  (void)parse_tree_json(*compiled);
  return 0;
}
