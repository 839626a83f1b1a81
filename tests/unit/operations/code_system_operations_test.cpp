// https://hl7.org/fhir/R4/codesystem-operations.html
#include "invoke.h"

using testing::answer;
using testing::failure;
using testing::has;
using testing::text;

namespace {

const std::string k_gender = "http://hl7.org/fhir/administrative-gender";
const std::string k_act_code = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

std::string coding(const std::string& name, const std::string& system, const std::string& code) {
  return R"({"name":")" + name + R"(","valueCoding":{"system":")" + system + R"(","code":")" +
         code + R"("}})";
}

std::string lookup(const std::string& parameters) {
  return answer("CodeSystem", "lookup", parameters);
}

}  // namespace

TEST_CASE("lookup gives name, version, display and what the system says of the code") {
  const std::string found = lookup(text("system", k_gender) + "," + text("code", "male"));
  CHECK(has(found, R"({"name":"name","valueString":"AdministrativeGender"})"));
  CHECK(has(found, R"({"name":"version","valueString":"4.0.1"})"));
  CHECK(has(found, R"({"name":"display","valueString":"Male"})"));
  CHECK(has(found, R"({"name":"definition","valueString":"Male."})"));
  CHECK(lookup(coding("coding", k_gender, "male")) == found);
}

TEST_CASE("lookup gives parents and children, or only the properties asked for") {
  const std::string base = text("system", k_act_code) + "," + text("code", "_ActAccountCode");
  CHECK(has(lookup(base), R"({"name":"code","valueCode":"child"},{"name":"value","valueCode":)"));
  CHECK(has(lookup(base),
            R"({"name":"code","valueCode":"notSelectable"},{"name":"value","valueBoolean":true})"));
  const std::string only = lookup(base + "," + text("property", "notSelectable"));
  CHECK_FALSE(has(only, R"("valueCode":"child")"));
  CHECK(has(only, R"("valueCode":"notSelectable")"));
}

TEST_CASE("lookup refuses what is missing, unknown or not held") {
  CHECK(failure("CodeSystem", "lookup", text("system", k_gender)) == "required");
  CHECK(failure("CodeSystem", "lookup", text("code", "male")) == "required");
  CHECK(failure("CodeSystem", "lookup",
                text("code", "male") + "," + coding("coding", k_gender, "male")) == "invalid");
  CHECK(failure("CodeSystem", "lookup", text("system", "urn:no") + "," + text("code", "x")) ==
        "not-found");
  CHECK(failure("CodeSystem", "lookup", text("system", k_gender) + "," + text("code", "x")) ==
        "not-found");
  CHECK(failure("CodeSystem", "lookup",
                text("system", "http://snomed.info/sct") + "," + text("code", "1")) ==
        "not-supported");
  CHECK(failure("CodeSystem", "lookup",
                text("system", k_gender) + "," + text("code", "male") + "," +
                    text("version", "1.0")) == "not-found");
}

TEST_CASE("validate-code of a code system says whether the code and its display are right") {
  const std::string url = text("url", k_gender);
  CHECK(has(answer("CodeSystem", "validate-code", url + "," + text("code", "male")),
            R"({"name":"result","valueBoolean":true},{"name":"display","valueString":"Male"})"));
  CHECK(has(answer("CodeSystem", "validate-code", url + "," + text("code", "mail")),
            R"("valueBoolean":false},{"name":"message")"));
  CHECK(has(answer("CodeSystem", "validate-code",
                   url + "," + text("code", "male") + "," + text("display", "Female")),
            R"("valueBoolean":false)"));
  CHECK(has(answer("CodeSystem", "validate-code", coding("coding", k_gender, "male")),
            R"("valueBoolean":true)"));
  CHECK(has(answer("CodeSystem", "validate-code", text("code", "male"), "administrative-gender"),
            R"("valueBoolean":true)"));
  CHECK(has(answer("CodeSystem", "validate-code", coding("coding", "urn:x", "male") + "," + url),
            R"("valueBoolean":false)"));
  CHECK(failure("CodeSystem", "validate-code", url) == "invalid");
  CHECK(failure("CodeSystem", "validate-code", text("code", "male")) == "required");
  CHECK(failure("CodeSystem", "validate-code", text("code", "male"), "no-such") == "not-found");
}

TEST_CASE("validate-code of a code system takes a code system that is sent along") {
  const std::string sent = R"({"name":"codeSystem","resource":{"resourceType":"CodeSystem",
      "url":"urn:mine","content":"complete","concept":[{"code":"a","display":"A"}]}})";
  CHECK(has(answer("CodeSystem", "validate-code", sent + "," + text("code", "a")),
            R"("valueBoolean":true)"));
  CHECK(failure("CodeSystem", "validate-code",
                R"({"name":"codeSystem","resource":{"resourceType":"Patient"}},)" +
                    text("code", "a")) == "invalid");
}

TEST_CASE("A heading is not valid where abstract codes are not allowed") {
  const std::string asked = text("url", k_act_code) + "," + text("code", "_ActAccountCode");
  CHECK(has(answer("CodeSystem", "validate-code", asked), R"("valueBoolean":true)"));
  CHECK(has(
      answer("CodeSystem", "validate-code", asked + R"(,{"name":"abstract","valueBoolean":false})"),
      R"("valueBoolean":false)"));
  CHECK(failure("CodeSystem", "validate-code", asked + "," + text("abstract", "maybe")) == "value");
}

TEST_CASE("subsumes gives one of four outcomes") {
  const auto outcome = [](const std::string& a, const std::string& b) {
    return answer("CodeSystem", "subsumes",
                  text("system", k_act_code) + "," + text("codeA", a) + "," + text("codeB", b));
  };
  CHECK(has(outcome("_ActAccountCode", "ACCTRECEIVABLE"), R"("valueCode":"subsumes")"));
  CHECK(has(outcome("ACCTRECEIVABLE", "_ActAccountCode"), R"("valueCode":"subsumed-by")"));
  CHECK(has(outcome("CASH", "CASH"), R"("valueCode":"equivalent")"));
  CHECK(has(outcome("CASH", "ACCTRECEIVABLE"), R"("valueCode":"not-subsumed")"));
  CHECK(has(
      answer("CodeSystem", "subsumes",
             coding("codingA", k_act_code, "CASH") + "," + coding("codingB", k_act_code, "CASH")),
      R"("valueCode":"equivalent")"));
}

TEST_CASE("subsumes refuses missing codes, unknown codes and two systems") {
  const std::string system = text("system", k_act_code);
  CHECK(failure("CodeSystem", "subsumes", system + "," + text("codeA", "CASH")) == "required");
  CHECK(failure("CodeSystem", "subsumes", text("codeA", "x") + "," + text("codeB", "y")) ==
        "required");
  CHECK(failure("CodeSystem", "subsumes",
                system + "," + text("codeA", "CASH") + "," + text("codeB", "none")) == "not-found");
  CHECK(failure("CodeSystem", "subsumes",
                coding("codingA", k_act_code, "CASH") + "," +
                    coding("codingB", k_gender, "male")) == "invalid");
}
