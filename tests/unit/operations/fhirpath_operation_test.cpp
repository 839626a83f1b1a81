// https://github.com/brianpos/fhirpath-lab/blob/develop/server-api.md
#include "invoke.h"

using testing::answer;
using testing::failure;
using testing::has;
using testing::text;

namespace {

const std::string k_patient =
    R"(,{"name":"resource","resource":{"resourceType":"Patient","name":[
        {"given":["Peter","James"],"family":"Chalmers"},{"given":["Jim"]}],
        "contact":[{"gender":"female"}]}})";

}  // namespace

TEST_CASE("$fhirpath answers what was asked and a typed part for each item") {
  const std::string out = answer("", "fhirpath", text("expression", "name.given") + k_patient);
  CHECK(has(out, R"({"name":"evaluator","valueString":"MediSync)"));
  CHECK(has(out, R"({"name":"expectedReturnType","valueString":"string[]"})"));
  CHECK(has(out, R"("name":"parseDebugTree")"));
  CHECK(has(out, R"({"name":"expression","valueString":"name.given"})"));
  CHECK(has(
      out, R"("valueString":"Patient.name[0].given[1]"}],"name":"string","valueString":"James"})"));
}

TEST_CASE("$fhirpath evaluates for each item of the context, with its traces") {
  const std::string out = answer("", "fhirpath",
                                 text("expression", "given.trace('trc').join(' ')") + "," +
                                     text("context", "name") + k_patient);
  CHECK(has(
      out,
      R"({"name":"result","valueString":"Patient.name[0]","part":[{"name":"string","valueString":"Peter James"},{"name":"trace","valueString":"trc","part":[)"));
  CHECK(has(out, R"({"name":"result","valueString":"Patient.name[1]")"));
  CHECK(has(out, R"({"name":"expectedReturnType","valueString":"string"})"));
}

TEST_CASE("$fhirpath puts what Parameters cannot hold into an extension") {
  const std::string out = answer("", "fhirpath", text("expression", "contact") + k_patient);
  CHECK(has(out,
            R"(json-value","valueString":"{\"gender\":\"female\"}"}],"name":"BackboneElement"})"));
  CHECK(has(answer("", "fhirpath", text("expression", "name[1]") + k_patient),
            R"("name":"HumanName","valueHumanName":{"given":["Jim"]}})"));
  CHECK(has(answer("", "fhirpath", text("expression", "''")), R"({"name":"empty-string"})"));
  CHECK(has(answer("", "fhirpath", text("expression", "$this") + k_patient),
            R"("name":"Patient","resource":{)"));
}

TEST_CASE("$fhirpath takes variables, and a resource as text in an extension") {
  CHECK(has(answer("", "fhirpath",
                   text("expression", "%x & '!'") +
                       R"(,{"name":"variables","part":[{"name":"x","valueString":"testMe"}]})"),
            R"({"name":"string","valueString":"testMe!"})"));
  CHECK(has(
      answer(
          "", "fhirpath",
          text("expression", "id") +
              R"(,{"name":"resource","extension":[{"url":"http://fhir.forms-lab.com/StructureDefinition/xml-value",
                           "valueString":"<Patient xmlns='http://hl7.org/fhir'><id value='q'/></Patient>"}]})"),
      R"("name":"id","valueId":"q"})"));
}

TEST_CASE(
    "$fhirpath refuses what is no FHIRPath, and tells what analysis finds beside the result") {
  CHECK(failure("", "fhirpath", "") == "required");
  CHECK(failure("", "fhirpath", text("expression", "1 +")) == "invalid");
  CHECK(has(answer("", "fhirpath", text("expression", "nam") + k_patient), "debugOutcome"));
}
