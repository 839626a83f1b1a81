// Definitions that mean to be endless: chains, fans and rings of imports, deep hierarchies, maps
// that refer to one another. Each is answered, or refused with a reason.
#include <doctest/doctest.h>

#include <string>

#include "animals.h"
#include "definitions_double.h"
#include "fhir/formats/json_document.h"
#include "terminology/concept_map.h"
#include "terminology/expand.h"
#include "terminology/import_depth.h"
#include "terminology/scope.h"
#include "terminology/terminology.h"
#include "terminology/translate.h"
#include "terminology/value_set.h"
#include "terminology/value_set_reader.h"

using fhir::IssueType;
using fhir::json::Document;
using terminology::Scope;
using terminology::Terminology;
using terminology::ValueSet;

namespace {

std::string number(std::size_t i) { return std::to_string(i); }

/// urn:0 imports urn:1 `times`, and so on; the last has all animals.
std::vector<std::string> chain(std::size_t length, std::size_t times = 1) {
  std::vector<std::string> sets;
  for (std::size_t i = 0; i + 1 < length; ++i) {
    std::string includes;
    for (std::size_t k = 0; k < times; ++k)
      includes +=
          std::string(k > 0 ? "," : "") + R"({"valueSet":["urn:)" + number(i + 1) + R"("]})";
    sets.push_back(value_set("urn:" + number(i), R"({"include":[)" + includes + "]}"));
  }
  sets.push_back(
      value_set("urn:" + number(length - 1), R"({"include":[{"system":"urn:animals"}]})"));
  return sets;
}

std::shared_ptr<const Terminology> holding(std::vector<std::string> resources) {
  resources.push_back(animals());
  return Terminology::make(DefinitionsDouble::make(resources));
}

/// Resources that a request brings along.
struct Brought {
  explicit Brought(const std::vector<std::string>& sets) {
    for (const std::string& text : sets) documents.push_back(*Document::read(text));
    for (const Document& document : documents) REQUIRE(scope.add(document.root()));
  }
  std::shared_ptr<const Terminology> held = holding({});
  std::vector<Document> documents;
  Scope scope{*held, {}};
};

IssueType problem_of(const ValueSet* set) {
  REQUIRE(set != nullptr);
  REQUIRE(set->problem());
  return set->problem()->type;
}

}  // namespace

TEST_CASE("A long chain of imports is refused, and what is in it still serves by itself") {
  const std::size_t length = 20'000;
  const auto check = [&](auto&& find) {
    CHECK(problem_of(find("urn:0")) == IssueType::too_costly);
    const ValueSet* near_end = find("urn:" + number(length - terminology::k_import_depth_max));
    REQUIRE(near_end != nullptr);
    CHECK(near_end->members(100)->size() == 8);
    const ValueSet* in_between = find("urn:40");
    CHECK(problem_of(in_between) == IssueType::too_costly);
  };
  const auto held = holding(chain(length));
  check([&](const std::string& url) { return held->find_value_set(url); });
  const Brought brought(chain(length));
  check([&](const std::string& url) { return brought.scope.value_set(url); });
}

TEST_CASE("A chain of imports as long as it may be is followed") {
  const auto held = holding(chain(terminology::k_import_depth_max));
  CHECK(held->find_value_set("urn:0")->members(100)->size() == 8);
}

TEST_CASE("Imports that double at every step are refused") {
  const Brought brought(chain(40, 2));
  CHECK(problem_of(brought.scope.value_set("urn:0")) == IssueType::too_costly);
  const auto held = holding(chain(40, 2));
  CHECK(problem_of(held->find_value_set("urn:0")) == IssueType::too_costly);
}

TEST_CASE("Contained value sets that fan out are refused") {
  std::string fan;
  for (int i = 0; i < 300; ++i) fan += std::string(i > 0 ? "," : "") + "\"#a\"";
  std::string inner = R"({"resourceType":"ValueSet","id":"a","compose":{"include":[
    {"system":"urn:animals"}]}})";
  for (int i = 0; i < 4; ++i)
    inner = R"({"resourceType":"ValueSet","id":"a","contained":[)" + inner +
            R"(],"compose":{"include":[{"valueSet":[)" + fan + "]}]}}";
  const auto held = holding({});
  const auto document = Document::read(inner);
  const auto set = held->read_value_set(document->root());
  CHECK(problem_of(set->get()) == IssueType::too_costly);
}

TEST_CASE("A value set inside a profile that imports itself is refused") {
  const auto held = holding({R"({"resourceType":"StructureDefinition","url":"urn:profile",
    "contained":[{"resourceType":"ValueSet","id":"v","compose":{"include":[
      {"valueSet":["urn:profile#v"]}]}}]})"});
  CHECK(problem_of(held->find_value_set("urn:profile#v")) == IssueType::too_costly);
}

TEST_CASE("More clauses or filters than anybody needs are refused") {
  std::string includes, filters;
  for (std::size_t i = 0; i <= terminology::k_clauses_max; ++i)
    includes += std::string(i > 0 ? "," : "") + R"({"system":"urn:)" + number(i) +
                R"(","concept":[{"code":"a"}]})";
  for (std::size_t i = 0; i <= terminology::k_filters_max; ++i)
    filters += std::string(i > 0 ? "," : "") + R"({"property":"code","op":"regex","value":")" +
               number(i) + R"("})";
  const auto held =
      holding({value_set("urn:wide", R"({"include":[)" + includes + "]}"),
               value_set("urn:filtered",
                         R"({"include":[{"system":"urn:animals","filter":[)" + filters + "]}]}")});
  CHECK(problem_of(held->find_value_set("urn:wide")) == IssueType::too_costly);
  CHECK(problem_of(held->find_value_set("urn:filtered")) == IssueType::too_costly);
}

TEST_CASE("A value set that is sent and imports itself is part of itself") {
  const auto held = holding({});
  for (const char* import : {"urn:self", "urn:self|3"}) {
    const Scope scope(*held, {});
    const auto document = Document::read(value_set(
        "urn:self",
        R"({"include":[{"system":"urn:animals"},{"valueSet":[")" + std::string(import) + R"("]}]})",
        R"(,"version":"3")"));
    const auto set = scope.read(document->root());
    REQUIRE(set->problem());
    CHECK(set->problem()->message_id == "VALUESET_CIRCULAR_REFERENCE");
  }
}

TEST_CASE("A hierarchy too deep to be read is expanded flat") {
  std::string concepts;
  for (std::size_t i = 0; i < 50'000; ++i)
    concepts += std::string(i > 0 ? "," : "") + R"({"code":")" + number(i) +
                R"(","property":[{"code":"up","valueCode":")" + number(i - (i > 0)) + R"("}]})";
  const auto held =
      holding({R"({"resourceType":"CodeSystem","url":"urn:deep","content":"complete","property":[
        {"code":"up","uri":"http://hl7.org/fhir/concept-properties#parent","type":"code"}],
        "concept":[)" +
                   concepts + "]}",
               value_set("urn:set", R"({"include":[{"system":"urn:deep"}]})")});
  const auto expansion = terminology::expand(*held->find_value_set("urn:set"), {});
  REQUIRE(expansion);
  CHECK(expansion->total == 50'000);
  CHECK(std::all_of(expansion->codes.begin(), expansion->codes.end(),
                    [](const auto& code) { return code.parent == terminology::k_no_position; }));
}

TEST_CASE("A property that is no number or boolean as it claims is text") {
  const auto held = holding({R"({"resourceType":"CodeSystem","url":"urn:odd","content":"complete",
    "concept":[{"code":"a","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/itemWeight",
      "valueDecimal":"heavy"}],"property":[{"code":"p","valueInteger":"},{"},
      {"code":"q","valueBoolean":7},{"code":"r","valueDecimal":1.50}]}]})"});
  const terminology::CodeSystem& odd = *held->code_system("urn:odd");
  std::vector<terminology::PropertyType> types;
  for (const auto& property : odd.properties(0)) types.push_back(property.type);
  using enum terminology::PropertyType;
  CHECK(types == std::vector{string, string, string, decimal});
}

TEST_CASE("Maps that refer to one another are each asked once") {
  std::string groups;
  for (int i = 0; i < 100; ++i)
    groups += std::string(i > 0 ? "," : "") + R"({"source":"urn:a","target":"urn:b","unmapped":{
      "mode":"other-map","url":"urn:m"}})";
  const auto held =
      holding({R"({"resourceType":"ConceptMap","url":"urn:m","group":[)" + groups +
               R"(,{"source":"urn:a","target":"urn:b","unmapped":{"mode":"provided"}}]})"});
  const auto matches =
      translate(*held, *held->concept_map("urn:m"), {.coding = {.system = "urn:a", .code = "x"}});
  CHECK(matches.size() == 1);
}
