// https://hl7.org/fhir/R4/structuredefinition-operation-snapshot.html
#include "invoke.h"

using testing::answer;
using testing::failure;
using testing::has;
using testing::text;

namespace {

std::string profile(const std::string& base, const std::string& elements) {
  return R"({"name":"definition","resource":{"resourceType":"StructureDefinition",)"
         R"("url":"http://test.example.org/p","name":"P","status":"active","kind":"resource",)"
         R"("abstract":false,"type":"Patient","derivation":"constraint","baseDefinition":")" +
         base + R"(","differential":{"element":[)" + elements + "]}}}";
}

const std::string k_patient = "http://hl7.org/fhir/StructureDefinition/Patient";

}  // namespace

TEST_CASE("$snapshot makes the snapshot of the definition that is sent") {
  const std::string made = answer(
      "StructureDefinition", "snapshot",
      profile(k_patient, R"({"id":"Patient.birthDate","path":"Patient.birthDate","min":1})"));
  const auto document = fhir::json::Document::read(made);
  REQUIRE(document);
  CHECK(document->root().string_at("resourceType") == "StructureDefinition");
  const auto* snapshot = document->root().find("snapshot");
  REQUIRE(snapshot != nullptr);
  bool is_found = false;
  for (const auto& element : snapshot->find("element")->items()) {
    if (element.string_at("path") != "Patient.birthDate") continue;
    is_found = true;
    CHECK(element.find("min")->text() == "1");
    CHECK(element.string_at("max") == "1");
  }
  CHECK(is_found);
}

TEST_CASE("$snapshot finds a definition by its url") {
  const std::string made =
      answer("StructureDefinition", "snapshot",
             text("url", "http://hl7.org/fhir/StructureDefinition/bodyweight"));
  CHECK(has(made, R"("url":"http://hl7.org/fhir/StructureDefinition/bodyweight")"));
  CHECK(has(made, R"("id":"Observation.code.coding:BodyWeightCode")"));
}

TEST_CASE("$snapshot refuses neither and both, what is unknown, and what does not fit") {
  CHECK(failure("StructureDefinition", "snapshot", "") == "required");
  const std::string good = profile(k_patient, R"({"id":"Patient","path":"Patient"})");
  CHECK(failure("StructureDefinition", "snapshot", good + "," + text("url", k_patient)) ==
        "invalid");
  CHECK(failure("StructureDefinition", "snapshot",
                R"({"name":"definition","resource":{"resourceType":"Patient"}})") == "invalid");
  CHECK(failure("StructureDefinition", "snapshot", text("url", "http://test.example.org/none")) ==
        "not-found");
  const auto unknown =
      testing::invoke("StructureDefinition", "snapshot",
                      profile("http://test.example.org/none", R"({"path":"Patient"})"));
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().situation == fhir::Situation::unprocessable);
  const auto unfit = testing::invoke("StructureDefinition", "snapshot",
                                     profile(k_patient, R"({"path":"Patient.colour","min":1})"));
  REQUIRE_FALSE(unfit);
  CHECK(unfit.error().expression == "StructureDefinition.differential.element[0]");
}
