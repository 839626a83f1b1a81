// https://hl7.org/fhir/R4/valueset-operations.html
#include "invoke.h"

using testing::answer;
using testing::failure;
using testing::has;
using testing::text;

namespace {

const std::string k_gender_set = "http://hl7.org/fhir/ValueSet/administrative-gender";
const std::string k_gender = "http://hl7.org/fhir/administrative-gender";

std::string expand(const std::string& parameters, std::string_view id = {}) {
  return answer("ValueSet", "expand", parameters, id);
}

std::string validate(const std::string& parameters) {
  return answer("ValueSet", "validate-code", parameters);
}

std::string inline_set(const std::string& compose) {
  return R"({"name":"valueSet","resource":{"resourceType":"ValueSet","url":"urn:mine","compose":)" +
         compose + "}}";
}

}  // namespace

TEST_CASE("expand gives the value set with its codes, displays, total and versions") {
  const std::string set = expand(text("url", k_gender_set));
  CHECK(
      has(set, R"({"resourceType":"ValueSet","url":")" + k_gender_set + R"(","version":"4.0.1")"));
  CHECK(has(set, R"("total":4,"parameter":[{"name":"version","valueUri":")" + k_gender + "|4.0.1"));
  CHECK(has(set, R"({"system":")" + k_gender + R"(","code":"male","display":"Male"})"));
  CHECK_FALSE(has(set, R"("compose")"));
  const auto document = fhir::json::Document::read(set);
  REQUIRE(document);
  CHECK(document->root().find("expansion")->find("contains")->items().size() == 4);
}

TEST_CASE("expand works on an instance, and on a value set that is sent along") {
  CHECK(has(expand("", "administrative-gender"), R"("code":"male")"));
  const std::string compose =
      R"({"include":[{"system":")" + k_gender + R"(","concept":[{"code":"other"}]}]})";
  CHECK(has(expand(inline_set(compose)), R"("code":"other","display":"Other")"));
  CHECK(has(expand(inline_set(compose) + "," + text("includeDefinition", "true")),
            R"("compose":{"include")"));
}

TEST_CASE("expand filters, pages and flattens as it is asked to") {
  const std::string url = text("url", "http://terminology.hl7.org/ValueSet/v3-ActCode");
  CHECK(has(expand(url), R"("contains":[{"system")"));
  const std::string flat = expand(url + "," + text("excludeNested", "true"));
  CHECK(has(flat, R"({"name":"excludeNested","valueBoolean":true})"));
  const auto document = fhir::json::Document::read(flat);
  for (const auto& item : document->root().find("expansion")->find("contains")->items())
    CHECK(item.find("contains") == nullptr);
  const std::string page =
      expand(text("url", k_gender_set) + "," + text("offset", "1") + "," + text("count", "2"));
  CHECK(has(page, R"("total":4,"offset":1)"));
  CHECK_FALSE(has(page, R"("code":"male")"));
  CHECK(has(page, R"("code":"female")"));
  CHECK_FALSE(has(page, R"("code":"unknown")"));
  const std::string found = expand(text("url", k_gender_set) + "," + text("filter", "fem"));
  CHECK(has(found, R"("total":1)"));
  CHECK_FALSE(has(expand(text("url", k_gender_set) + "," + text("count", "0")), R"("contains")"));
}

TEST_CASE("expand gives designations and displays in a language when they are asked for") {
  const std::string url = text("url", "http://hl7.org/fhir/ValueSet/languages");
  CHECK_FALSE(has(expand(url), R"("designation")"));
  CHECK(has(expand(url + "," + text("includeDesignations", "true")),
            R"("designation":[{"language":"da","use")"));
  CHECK(has(expand(url + "," + text("displayLanguage", "da")), R"("display":"Arabisk")"));
}

TEST_CASE("expand refuses what is missing, unknown, not held, wrong or not served") {
  CHECK(failure("ValueSet", "expand", "") == "required");
  CHECK(failure("ValueSet", "expand", text("url", "urn:no")) == "not-found");
  CHECK(failure("ValueSet", "expand", "", "no-such-id") == "not-found");
  CHECK(failure("ValueSet", "expand", text("url", k_gender_set) + "," + text("count", "-1")) ==
        "value");
  CHECK(failure("ValueSet", "expand", text("url", k_gender_set) + "," + text("count", "many")) ==
        "value");
  CHECK(failure("ValueSet", "expand", text("url", k_gender_set) + "," + text("activeOnly", "1")) ==
        "value");
  CHECK(failure("ValueSet", "expand", text("url", k_gender_set) + "," + text("date", "2020")) ==
        "not-supported");
  CHECK(failure("ValueSet", "expand", inline_set(R"({"include":[{"system":"urn:no"}]})")) ==
        "not-supported");
  CHECK(failure("ValueSet", "expand", text("url", "http://hl7.org/fhir/ValueSet/all-languages")) ==
        "too-costly");
  CHECK(failure("ValueSet", "expand", inline_set(R"({"include":[{}]})")) == "required");
}

TEST_CASE("validate-code of a value set judges a code, a coding and a codeableConcept") {
  const std::string url = text("url", k_gender_set) + ",";
  CHECK(has(validate(url + text("system", k_gender) + "," + text("code", "male")),
            R"({"name":"result","valueBoolean":true},{"name":"display","valueString":"Male"})"));
  CHECK(has(validate(url + text("code", "male")), R"("valueBoolean":true)"));
  CHECK(has(validate(url + text("system", "urn:x") + "," + text("code", "male")),
            R"("valueBoolean":false},{"name":"message")"));
  CHECK(has(validate(url + R"({"name":"coding","valueCoding":{"code":"male"}})"),
            R"("valueBoolean":false)"));
  CHECK(has(validate(url + R"({"name":"codeableConcept","valueCodeableConcept":{"coding":[
              {"system":"urn:x","code":"m"},{"system":")" +
                     k_gender + R"(","code":"male"}]}})"),
            R"("valueBoolean":true)"));
  CHECK(has(validate(url + R"({"name":"codeableConcept","valueCodeableConcept":{"coding":[
              {"system":"urn:x","code":"m"},{"system":"urn:y","code":"n"}]}})"),
            "; "));
  CHECK(has(validate(inline_set(R"({"include":[{"system":"urn:s","concept":[{"code":"a"}]}]})") +
                     "," + text("system", "urn:s") + "," + text("code", "a")),
            R"("valueBoolean":true)"));
}

TEST_CASE("validate-code of a value set refuses what it cannot answer") {
  const std::string url = text("url", k_gender_set);
  CHECK(failure("ValueSet", "validate-code", url) == "required");
  CHECK(failure("ValueSet", "validate-code", text("code", "male")) == "required");
  CHECK(failure("ValueSet", "validate-code", url + "," + text("code", "")) == "required");
  CHECK(failure("ValueSet", "validate-code",
                url + "," + text("code", "male") +
                    R"(,{"name":"coding","valueCoding":{"code":"male"}})") == "invalid");
  CHECK(failure("ValueSet", "validate-code", text("url", "urn:no") + "," + text("code", "a")) ==
        "not-found");
  CHECK(failure("ValueSet", "validate-code",
                inline_set(R"({"include":[{"system":"urn:no"}]})") + "," +
                    text("system", "urn:no") + "," + text("code", "a")) == "not-supported");
}
