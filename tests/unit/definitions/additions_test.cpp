// A store with resources added over the core definitions: what they change, and what is shared.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "fhir/definitions/definition_store.h"
#include "fhir/definitions/loaded_store.h"
#include "tests/unit/definitions/core_fixture.h"

namespace {

using fhir::DefinitionStore;

std::shared_ptr<const DefinitionStore> with(const DefinitionStore& store,
                                            std::vector<std::string> resources) {
  auto larger = store.with(resources);
  if (!larger) FAIL(larger.error().diagnostics);
  return *larger;
}

std::string parameter(std::string_view url, std::string_view code, std::string_view expression) {
  return R"({"resourceType":"SearchParameter","id":"x","url":")" + std::string(url) +
         R"(","status":"active","code":")" + std::string(code) +
         R"(","type":"string","base":["Patient"],"expression":")" + std::string(expression) +
         R"("})";
}

std::string value_set(std::string_view url, std::string_view version, std::string_view name) {
  return R"({"resourceType":"ValueSet","id":"x","url":")" + std::string(url) + R"(","version":")" +
         std::string(version) + R"(","name":")" + std::string(name) + R"("})";
}

std::string extension(std::string_view url, std::string_view type) {
  return R"({"resourceType":"StructureDefinition","id":"e","url":")" + std::string(url) +
         R"(","kind":"complex-type","type":"Extension","derivation":"constraint",
    "context":[{"type":"element","expression":"Patient"}],
    "snapshot":{"element":[{"id":"Extension","path":"Extension","min":0,"max":"1"},
      {"id":"Extension.value[x]","path":"Extension.value[x]","min":1,"max":"1",
       "type":[{"code":")" +
         std::string(type) +
         R"("}],"binding":{"strength":"required","valueSet":"http://example.org/vs"}}]}})";
}

}  // namespace

TEST_CASE("what no addition touches is shared with the packages' store") {
  const auto larger = with(*core(), {value_set("http://example.org/vs", "1", "A")});
  CHECK(larger->types().data() == core()->types().data());
  CHECK(larger->type("Patient") == core()->type("Patient"));
  CHECK(larger->search_parameters().data() == core()->search_parameters().data());
  CHECK(larger->records("CodeSystem").data() == core()->records("CodeSystem").data());
  CHECK(larger->records("ValueSet").size() == core()->records("ValueSet").size() + 1);
  const auto* added = larger->record("ValueSet", "http://example.org/vs");
  REQUIRE(added != nullptr);
  CHECK(added == &larger->records("ValueSet").back());
}

TEST_CASE("an addition of the same url and version takes the place of a package's resource") {
  const std::string url = "http://hl7.org/fhir/ValueSet/administrative-gender";
  const auto larger = with(*core(), {value_set(url, "4.0.1", "Mine")});
  CHECK(larger->records("ValueSet").size() == core()->records("ValueSet").size());
  CHECK(larger->record("ValueSet", url)->json.find("Mine") != std::string_view::npos);
  CHECK(larger->record("ValueSet", url + "|4.0.1") == larger->record("ValueSet", url));
  CHECK(core()->record("ValueSet", url)->json.find("Mine") == std::string_view::npos);
}

TEST_CASE("a canonical without version names the newest, or what was added without a version") {
  const std::string url = "http://example.org/vs";
  auto larger = with(*core(), {value_set(url, "10.0.0", "Ten"), value_set(url, "9.0.0", "Nine")});
  CHECK(larger->record("ValueSet", url)->version == "10.0.0");
  CHECK(larger->record("ValueSet", url + "|9.0.0")->version == "9.0.0");
  larger = with(*larger, {value_set(url, "", "None")});
  CHECK(larger->record("ValueSet", url)->version == "");
  CHECK(larger->record("ValueSet", url + "|10.0.0") != nullptr);
}

TEST_CASE("an added search parameter is found by type, code and url") {
  const std::string url = "http://example.org/sp";
  const auto larger = with(*core(), {parameter(url, "nickname", "Patient.name.given")});
  const auto* found = larger->search_parameter("Patient", "nickname");
  REQUIRE(found != nullptr);
  CHECK(found == larger->search_parameter_by_url(url));
  CHECK(larger->search_parameter("Observation", "nickname") == nullptr);
  CHECK(larger->search_parameters_of("Patient").size() ==
        core()->search_parameters_of("Patient").size() + 1);
  CHECK(core()->search_parameter("Patient", "nickname") == nullptr);
}

TEST_CASE("a code that a package's parameter has keeps its meaning") {
  const auto larger =
      with(*core(), {parameter("http://example.org/sp", "birthdate", "Patient.name.given")});
  CHECK(larger->search_parameter("Patient", "birthdate")->type == fhir::SearchParameterType::date);
  CHECK(larger->search_parameter_by_url("http://example.org/sp") != nullptr);
}

TEST_CASE("an addition with the url of a package's parameter takes its place") {
  const std::string url = "http://hl7.org/fhir/SearchParameter/Patient-gender-identity";
  auto larger = with(*core(), {parameter(url, "one", "Patient.name.given")});
  larger = with(*larger, {parameter(url, "two", "Patient.name.family")});
  CHECK(larger->search_parameter("Patient", "one") == nullptr);
  REQUIRE(larger->search_parameter("Patient", "two") != nullptr);
  CHECK(larger->search_parameter("Patient", "two")->expression == "Patient.name.family");
}

TEST_CASE("an added extension is known by its url, its binding among those of the store") {
  const std::string url = "http://example.org/ext";
  const auto larger = with(*core(), {extension(url, "code")});
  const auto* found = larger->extension(url + "|1.0");
  REQUIRE(found != nullptr);
  REQUIRE(found->value_types.size() == 1);
  CHECK(found->value_types[0].type == core()->type("code"));
  CHECK(larger->bound_value_sets()[found->binding.index] == "http://example.org/vs");
  CHECK(larger->types().data() == core()->types().data());
  CHECK(core()->extension(url) == nullptr);
}

TEST_CASE("a resource that shapes types changes them in the larger store alone") {
  std::string own =
      R"({"resourceType":"StructureDefinition","id":"t","url":"http://example.org/Ox",
    "kind":"complex-type","type":"Ox","derivation":"specialization",
    "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element",
    "snapshot":{"element":[{"id":"Ox","path":"Ox","min":0,"max":"*"},
      {"id":"Ox.yoke","path":"Ox.yoke","min":0,"max":"1","type":[{"code":"string"}]}]}})";
  const auto larger = with(*with(*core(), {value_set("http://example.org/vs", "1", "A")}), {own});
  REQUIRE(larger->type("Ox") != nullptr);
  CHECK(larger->record("ValueSet", "http://example.org/vs") != nullptr);
  CHECK(core()->type("Ox") == nullptr);
}

TEST_CASE("a store over the same additions uses the parts of the one before") {
  using namespace fhir::definitions;
  const auto base = std::dynamic_pointer_cast<const LoadedStore>(core());
  REQUIRE(base != nullptr);
  auto addition = [](const std::string& text) {
    std::vector<RawRecord> out;
    auto document = fhir::json::Document::read(text);
    add_record(document->root(), out);
    return std::make_shared<const RawRecord>(std::move(out.at(0)));
  };
  const Addition first = addition(parameter("http://example.org/sp", "a", "Patient.name.given"));
  const Addition second = addition(value_set("http://example.org/vs", "1", "A"));
  const auto before = base->over({first});
  const auto after = base->over({first, second}, before.get());
  CHECK(after->search_parameters().data() == before->search_parameters().data());
  const auto without = base->over({second}, after.get());
  CHECK(without->search_parameters().data() == core()->search_parameters().data());
  CHECK(without->records("ValueSet").data() == after->records("ValueSet").data());
  CHECK(without->search_parameter("Patient", "a") == nullptr);
}

TEST_CASE("adding to many is quick" * doctest::description("prints, asserts nothing")) {
  using namespace fhir::definitions;
  const auto base = std::dynamic_pointer_cast<const LoadedStore>(core());
  std::vector<Addition> many;
  for (int i = 0; i < 5000; ++i) {
    auto record = std::make_shared<RawRecord>();
    record->type = "ValueSet";
    record->url = "http://example.org/vs" + std::to_string(i);
    record->json = "{}";
    many.push_back(std::move(record));
  }
  const auto before = base->over(many);
  const auto start = std::chrono::steady_clock::now();
  many.push_back(many.front());
  const auto after = base->over(many, before.get());
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - start);
  MESSAGE("one more beside 5,000 in " << us.count() << " us");
  CHECK(after->records("ValueSet").size() == before->records("ValueSet").size());
}

TEST_CASE("a version that is the beginning of others names the newest of them") {
  const std::string url = "http://example.org/vs";
  const auto store = with(*core(), {value_set(url, "0.1.3", "A"), value_set(url, "0.2.1", "B"),
                                    value_set(url, "0.2.10", "C"), value_set(url, "0.20.0", "D")});
  const auto version = [&](const std::string& asked) {
    const auto* found = store->record("ValueSet", url + "|" + asked);
    return found != nullptr ? std::string(found->version) : std::string{};
  };
  CHECK(version("0.2") == "0.2.10");
  CHECK(version("0.2.1") == "0.2.1");
  CHECK(version("0") == "0.20.0");
  CHECK(version("0.3").empty());
  CHECK(version("0.1") == "0.1.3");
  CHECK(version("0.2.").empty());
}
