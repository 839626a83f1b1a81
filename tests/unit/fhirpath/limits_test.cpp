// No expression and no resource may crash, hang or use memory without bounds; the fuzzer's corpus
// is replayed here.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "fhir/fhirpath/analysis.h"
#include "fhir/fhirpath/parse_tree.h"
#include "fixture.h"

namespace {

using fhir::fhirpath::Environment;
using fhir::fhirpath::Expression;

constexpr const char* k_resource = R"({"resourceType":"Patient","id":"a","active":true,
  "contained":[{"resourceType":"Organization","id":"o","name":"x"}],
  "name":[{"use":"official","family":"A","given":["B","C"]},{"given":[null,"D"]}],
  "birthDate":"1974-12-25","gender":"male","multipleBirthInteger":2,
  "extension":[{"url":"http://x","valueQuantity":{"value":1.50,"unit":"mg","code":"mg"}}]})";

/// Every way through the library that a source can take.
void run_all(std::string_view source, const fhir::DefinitionStore& definitions) {
  static const fhir::json::Document k_document = fhirpath_test::read(k_resource);
  const auto compiled = Expression::compile(source, definitions);
  if (!compiled) return;
  const fhir::Element root = root_element(k_document.root(), definitions);
  (void)analyze(*compiled, definitions, {.context = root.type});
  (void)parse_tree_json(*compiled);
  Environment environment;
  environment.definitions = &definitions;
  environment.resource = root;
  environment.steps_max = 200'000;
  const auto result = compiled->evaluate(root, environment);
  if (result) {
    for (const fhir::fhirpath::Item& item : *result) (void)item.text();
  }
}

/// Whether it ends by a limit, as the issue's type says.
bool is_refused_as_costly(const std::string& source) {
  const auto compiled = Expression::compile(source, fhirpath_test::none());
  if (!compiled)
    return compiled.error().type == fhir::IssueType::too_costly ||
           compiled.error().type == fhir::IssueType::too_long;
  static const fhir::json::Document k_empty = fhirpath_test::read("{}");
  Environment environment;
  const auto result = compiled->evaluate(fhir::Element{&k_empty.root()}, environment);
  return !result && result.error().type == fhir::IssueType::too_costly;
}

std::string repeated(std::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("the corpus of the fuzzer neither crashes nor hangs") {
  const fhir::DefinitionStore* core = fhirpath_test::core();
  const std::filesystem::path folder =
      std::filesystem::path(MEDISYNC_SOURCE_DIR) / "tests/fuzz/corpus/fhirpath";
  REQUIRE(std::filesystem::exists(folder));
  std::size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    if (text.size() < 2) continue;
    run_all(std::string_view(text).substr(1), core != nullptr ? *core : fhirpath_test::none());
    ++count;
  }
  CHECK(count > 20);
}

TEST_CASE("what does not end by itself ends by a limit") {
  CHECK(is_refused_as_costly("1.repeatAll($this)"));
  CHECK(is_refused_as_costly("1.repeat($this + 1)"));
  CHECK(is_refused_as_costly("'ab'.repeatAll($this & $this)"));
  CHECK(is_refused_as_costly("(1|2|3|4|5|6|7|8)" + repeated(".select(1|2|3|4|5|6|7|8)", 20)));
  CHECK(is_refused_as_costly("'aaaaaaaaaaaaaaaa'" + repeated(".replace('a', 'aaaaaaaa')", 20)));
  CHECK(is_refused_as_costly("2" + repeated(".power(64)", 9)));
  CHECK(is_refused_as_costly(repeated("(", 100'000)));
  CHECK(is_refused_as_costly(repeated("-", 1000) + "1"));
  CHECK(is_refused_as_costly("a" + repeated(".a", 1000)));
  CHECK(is_refused_as_costly("a" + repeated("[0]", 1000)));
  CHECK(is_refused_as_costly("1" + repeated(" + a", 1000)));
  CHECK(is_refused_as_costly(repeated("iif(a, ", 1000)));
}

TEST_CASE("a regular expression takes time linear in the text") {
  const std::string text = repeated("a", 20'000);
  CHECK(fhirpath_test::evaluate("'" + text + "'.matches('(a+)+b')") == "false");
  CHECK(fhirpath_test::fails("'a'.matches('" + repeated("(a{1,1000}){1,1000}", 3) + "')"));
}
