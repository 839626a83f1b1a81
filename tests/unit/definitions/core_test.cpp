// The core definitions as the store shows them; needs the package that scripts/setup fetches.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "fhir/definitions/definition_store.h"
#include "tests/unit/definitions/core_fixture.h"

TEST_CASE("every concrete resource type of R4 is known, abstract ones are not among them") {
  CHECK(core()->resource_types().size() == 146);
  CHECK(core()->type("Patient")->kind == fhir::TypeKind::resource);
  CHECK(core()->type("DomainResource")->is_abstract);
  CHECK(core()->type("Patient")->is_a(core()->type("Resource")));
}

TEST_CASE("a choice element is reached by each of its JSON names") {
  const fhir::TypeSchema* observation = core()->type("Observation");
  const auto* property = observation->property("valueQuantity", fhir::name_hash("valueQuantity"));
  REQUIRE(property != nullptr);
  CHECK(property->element->name == "value");
  CHECK(property->type->code == "Quantity");
  CHECK(observation->property("valueMoney", fhir::name_hash("valueMoney")) == nullptr);
  CHECK(observation->element("value")->is_choice);
}

TEST_CASE("only primitives have siblings") {
  const fhir::TypeSchema* patient = core()->type("Patient");
  CHECK(patient->property("_birthDate", fhir::name_hash("_birthDate")) != nullptr);
  CHECK(patient->property("_name", fhir::name_hash("_name")) == nullptr);
  CHECK(patient->property("_deceasedBoolean", fhir::name_hash("_deceasedBoolean")) != nullptr);
}

TEST_CASE("a content reference has the children and the constraints of what it names") {
  const fhir::TypeSchema* questionnaire = core()->type("Questionnaire");
  const fhir::ElementSchema* item = questionnaire->element("item");
  const fhir::ElementSchema* nested = item->types[0].type->element("item");
  CHECK(nested->types[0].type == item->types[0].type);
  CHECK(nested->constraints.size() == item->constraints.size());
  CHECK(item->constraints.size() == 11);
}

TEST_CASE("an element that refers to another keeps its own constraints beside those of the other") {
  const fhir::TypeSchema* script = core()->type("TestScript");
  const fhir::ElementSchema* action = script->element("test")->types[0].type->element("action");
  const fhir::ElementSchema* operation = action->types[0].type->element("operation");
  const auto has = [&](std::string_view key) {
    return std::any_of(operation->constraints.begin(), operation->constraints.end(),
                       [&](const fhir::Constraint* constraint) { return constraint->key == key; });
  };
  CHECK(has("tst-7"));
  CHECK(has("tst-8"));
}

TEST_CASE("the id of a resource is an id, the id of an element a string") {
  CHECK(core()->type("Patient")->element("id")->types[0].code == "id");
  CHECK(core()->type("HumanName")->element("id")->types[0].code == "string");
}

TEST_CASE("constraints of a type are not repeated on its elements") {
  CHECK(core()->type("Patient")->element("name")->constraints.empty());
  CHECK(core()->type("Extension")->constraints.size() == 2);
}

TEST_CASE("extensions know their value types, nested extensions and contexts") {
  const auto* birth_time =
      core()->extension("http://hl7.org/fhir/StructureDefinition/patient-birthTime");
  REQUIRE(birth_time != nullptr);
  REQUIRE(birth_time->value_types.size() == 1);
  CHECK(birth_time->value_types[0].code == "dateTime");
  CHECK(birth_time->contexts[0].expression == "Patient.birthDate");
  const auto* nationality =
      core()->extension("http://hl7.org/fhir/StructureDefinition/patient-nationality");
  REQUIRE(nationality != nullptr);
  CHECK(nationality->value_types.empty());
  CHECK(nationality->nested.size() == 2);
}

TEST_CASE("search parameters of a type include the inherited ones") {
  CHECK(core()->search_parameters().size() == 1375);
  CHECK(core()->search_parameter("Patient", "_id") != nullptr);
  CHECK(core()->search_parameter("Patient", "birthdate")->type == fhir::SearchParameterType::date);
  CHECK(core()->search_parameter("Patient", "nonsense") == nullptr);
  CHECK(core()->compartments().size() == 5);
}

TEST_CASE("a record is found by canonical with and without version") {
  CHECK(core()->record("ValueSet", "http://hl7.org/fhir/ValueSet/administrative-gender") !=
        nullptr);
  CHECK(core()->record("ValueSet", "http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1") !=
        nullptr);
  CHECK(core()->record("ValueSet", "http://hl7.org/fhir/ValueSet/administrative-gender|3.0.0") ==
        nullptr);
}

TEST_CASE("a snapshot with a resource added leaves the first as it was") {
  std::string added =
      R"({"resourceType":"SearchParameter","id":"x","url":"http://example.org/sp","version":"1",
    "code":"nickname","type":"string","base":["Patient"],"expression":"Patient.name.given"})";
  auto larger = core()->with(std::span(&added, 1));
  REQUIRE(larger.has_value());
  CHECK((*larger)->search_parameter("Patient", "nickname") != nullptr);
  CHECK(core()->search_parameter("Patient", "nickname") == nullptr);
}

TEST_CASE("a missing source is not-found") {
  fhir::LoadOptions options;
  options.sources = {"/nonexistent/package"};
  auto loaded = fhir::DefinitionStore::load(options);
  REQUIRE_FALSE(loaded.has_value());
  CHECK(loaded.error().type == fhir::IssueType::not_found);
}

TEST_CASE("loading again from the image is quick" *
          doctest::description("prints, asserts nothing")) {
  core();
  auto start = std::chrono::steady_clock::now();
  fhir::LoadOptions options;
  options.sources = {MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples"};
  options.cache_folder = MEDISYNC_BINARY_DIR "/definitions";
  auto loaded = fhir::DefinitionStore::load(options);
  REQUIRE(loaded.has_value());
  auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                  start);
  MESSAGE("loaded in " << ms.count() << " ms");
}
