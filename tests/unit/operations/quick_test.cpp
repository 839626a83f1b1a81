// Which questions are answered on the spot: see Operation::is_quick.
#include "invoke.h"
#include "terminology/terminology.h"

using testing::answer;
using testing::text;

namespace {

const std::string k_gender = "http://hl7.org/fhir/administrative-gender";
const std::string k_genders = "http://hl7.org/fhir/ValueSet/administrative-gender";

bool is_quick(std::string_view type, std::string_view name, const std::string& parameters,
              std::string_view id = {}) {
  const server::operations::Services services{
      .definitions = core_definitions(),
      .terminology = terminology::Terminology::make(core_definitions(), &core_terminology())};
  return testing::with_invocation(
      services, type, name, parameters, id, [](const auto& operation, const auto& invocation) {
        return operation.is_quick != nullptr && operation.is_quick(invocation);
      });
}

std::string asked(const std::string& system, const std::string& code) {
  return text("system", system) + "," + text("code", code);
}

}  // namespace

TEST_CASE("a question about what was read already is answered on the spot") {
  const std::string question = asked(k_gender, "male");
  answer("CodeSystem", "lookup", question);
  CHECK(is_quick("CodeSystem", "lookup", question));
  CHECK(is_quick("CodeSystem", "lookup", question + "," + text("displayLanguage", "de")));
  CHECK(is_quick("CodeSystem", "lookup", asked(k_gender, "none such")));
  CHECK(
      is_quick("CodeSystem", "validate-code", text("url", k_gender) + "," + text("code", "male")));
  CHECK(is_quick(
      "CodeSystem", "subsumes",
      text("system", k_gender) + "," + text("codeA", "male") + "," + text("codeB", "male")));
  const std::string member = text("url", k_genders) + "," + question;
  answer("ValueSet", "validate-code", member);
  CHECK(is_quick("ValueSet", "validate-code", member));
}

TEST_CASE("what has yet to be read is left to a worker") {
  CHECK_FALSE(is_quick("CodeSystem", "lookup",
                       asked("http://terminology.hl7.org/CodeSystem/v3-RoleClass", "ROL")));
  CHECK_FALSE(is_quick(
      "ValueSet", "validate-code",
      text("url", "http://hl7.org/fhir/ValueSet/udi-entry-type") + "," + asked(k_gender, "male")));
  CHECK_FALSE(is_quick("CodeSystem", "lookup", asked("urn:no", "x")));
  CHECK_FALSE(
      is_quick("ConceptMap", "translate", text("url", "urn:no") + "," + asked("urn:x", "x")));
}

TEST_CASE("what takes more than a look is left to a worker") {
  const std::string question = asked(k_gender, "male");
  answer("CodeSystem", "lookup", question);
  for (const char* name : {"tx-resource", "useSupplement", "system-version", "date", "coding"})
    CHECK_FALSE(is_quick("CodeSystem", "lookup", question + "," + text(name, "x")));
  CHECK_FALSE(
      is_quick("CodeSystem", "validate-code", text("code", "male"), "administrative-gender"));
  CHECK_FALSE(is_quick("ValueSet", "expand", text("url", k_genders)));
}
