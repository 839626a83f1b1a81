// StructureDefinition and OperationDefinition judged as resources.
// https://hl7.org/fhir/R4/structuredefinition.html https://hl7.org/fhir/R4/profiling.html
#include "support.h"

using test::validate;

namespace {

/// A constraint on Observation whose differential has these elements.
test::Findings profile(const std::string& elements, const std::string& type = "Observation") {
  return validate(R"({"resourceType":"StructureDefinition","url":"http://example.org/p","name":"P",
    "status":"draft","kind":"resource","abstract":false,"derivation":"constraint","type":")" +
                  type +
                  R"(","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Observation",
    "differential":{"element":[{"id":"Observation","path":"Observation"},)" +
                  elements + "]}}");
}

/// The second element of the differential, by its path.
test::Findings element(const std::string& path, const std::string& more) {
  return profile(R"({"id":")" + path + R"(","path":")" + path + R"(",)" + more + "}");
}

const std::string k_element = "StructureDefinition.differential.element[1]";

}  // namespace

TEST_CASE("a profile that narrows its base is right") {
  CHECK(element("Observation.subject", R"("min":1)").errors() == 0);
  CHECK(element("Observation.status", R"("fixedCode":"final")").errors() == 0);
  CHECK(element("Observation.category",
                R"("slicing":{"discriminator":[{"type":"pattern","path":"$this"}],"rules":"open"})")
            .errors() == 0);
}

TEST_CASE("a constraint is about the type that its base is about") {
  const auto found = validate(R"({"resourceType":"StructureDefinition","url":"http://example.org/p",
    "name":"P","status":"draft","kind":"resource","abstract":false,"derivation":"constraint",
    "type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Observation",
    "differential":{"element":[{"id":"Patient","path":"Patient"}]}})");
  CHECK(found.error().expression == "StructureDefinition.type");
}

TEST_CASE("a base that is not loaded is told, not refused") {
  const auto found = validate(R"({"resourceType":"StructureDefinition","url":"http://example.org/p",
    "name":"P","status":"draft","kind":"resource","abstract":false,"derivation":"constraint",
    "type":"Patient","baseDefinition":"http://example.org/nothing",
    "differential":{"element":[{"id":"Patient","path":"Patient"}]}})");
  CHECK(found.errors() == 0);
  CHECK(found.has(fhir::Severity::warning, "StructureDefinition.baseDefinition"));
}

TEST_CASE("the parts of an element's path have names") {
  CHECK(element("Observation...unit", R"("short":"x")").has_error(k_element));
}

TEST_CASE("an element that the base does not have is refused") {
  CHECK(element("Observation.nothing", R"("min":1)").has_error(k_element));
}

TEST_CASE("cardinality and bindings may only become narrower") {
  CHECK(element("Observation.subject", R"("max":"*")").has_error(k_element));
  CHECK(element("Observation.code", R"("min":0)").has_error(k_element));
  const std::string set = R"("valueSet":"http://hl7.org/fhir/ValueSet/observation-status"})";
  CHECK(element("Observation.status", R"("binding":{"strength":"extensible",)" + set)
            .has_error(k_element));
  CHECK(element("Observation.status", R"("binding":{"strength":"required",)" + set).errors() == 0);
}

TEST_CASE("only coded elements are bound") {
  const std::string binding =
      R"("binding":{"strength":"required","valueSet":"http://example.org/v"})";
  CHECK(element("Observation.issued", binding).has_error(k_element));
  CHECK(element("Observation.method", binding).errors() == 0);
}

TEST_CASE("a fixed value or pattern is of the element's type") {
  CHECK(element("Observation.status", R"("fixedBoolean":true)")
            .has_error(k_element + ".fixed.ofType(boolean)"));
  CHECK(element("Observation.code", R"("patternQuantity":{"value":1})")
            .has_error(k_element + ".pattern.ofType(Quantity)"));
}

TEST_CASE("the types that an element names exist, and their profiles are about them") {
  CHECK(element("Observation.value[x]", R"("type":[{"code":"Nothing"}])")
            .has_error(k_element + ".type[0].code"));
  CHECK(element("Observation.value[x]", R"("type":[{"code":"Quantity","profile":[
    "http://hl7.org/fhir/StructureDefinition/Count"]}])")
            .has_error(k_element + ".type[0].profile[0]"));
  CHECK(element("Observation.value[x]", R"("type":[{"code":"Quantity","profile":[
    "http://hl7.org/fhir/StructureDefinition/SimpleQuantity"]}])")
            .errors() == 0);
  CHECK(element("Observation.subject", R"("type":[{"code":"Reference","targetProfile":[
    "http://hl7.org/fhir/StructureDefinition/HumanName"]}])")
            .has_error(k_element + ".type[0].targetProfile[0]"));
}

TEST_CASE("the expression of a constraint is FHIRPath that can be true of the element") {
  const auto with = [](const std::string& expression) {
    return element("Observation.code", R"("constraint":[{"key":"c","severity":"error","human":"x",
      "expression":")" + expression + R"("}])");
  };
  CHECK(with("coding.exists()").errors() == 0);
  CHECK(with("coding.(").has_error(k_element + ".constraint[0].expression"));
  CHECK(with("codings.exists()").has_error(k_element + ".constraint[0].expression"));
}

TEST_CASE("a discriminator leads to an element") {
  const auto with = [](const std::string& path) {
    return element("Observation.component",
                   R"("slicing":{"rules":"open","discriminator":[{"type":"pattern","path":")" +
                       path + R"("}]})");
  };
  CHECK(with("code").errors() == 0);
  CHECK(with("code.nothing").has_error(k_element + ".slicing.discriminator[0].path"));
}

TEST_CASE("the profile of an operation's parameters does not conflict with them") {
  const auto with = [](const std::string& type, const std::string& max) {
    return validate(
        R"({"resourceType":"OperationDefinition","name":"O","status":"draft","kind":"operation",
      "code":"o","system":true,"type":false,"instance":false,"inputProfile":"#in","contained":[
      {"resourceType":"StructureDefinition","id":"in","url":"http://example.org/in","name":"In",
       "status":"draft","kind":"resource","abstract":false,"type":"Parameters",
       "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Parameters","derivation":"constraint",
       "differential":{"element":[{"id":"Parameters","path":"Parameters"},
        {"id":"Parameters.parameter","path":"Parameters.parameter","slicing":{"rules":"open",
          "discriminator":[{"type":"value","path":"name"}]}},
        {"id":"Parameters.parameter:a","path":"Parameters.parameter","sliceName":"a","max":")" +
        max + R"("},
        {"id":"Parameters.parameter:a.name","path":"Parameters.parameter.name","fixedString":"a"},
        {"id":"Parameters.parameter:a.resource","path":"Parameters.parameter.resource",
         "type":[{"code":"Patient"}]}]}}],
      "parameter":[{"name":"a","use":"in","min":1,"max":"1","type":")" +
        type + R"("}]})");
  };
  CHECK(with("Patient", "1").errors() == 0);
  CHECK(with("Resource", "1").errors() == 0);
  CHECK(with("Observation", "1").error().expression == "OperationDefinition.parameter[0]");
  CHECK(with("Patient", "0").error().expression == "OperationDefinition.parameter[0]");
}
