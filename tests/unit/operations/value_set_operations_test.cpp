// https://hl7.org/fhir/R4/valueset-operations.html
#include "fhir/formats/json_writer.h"
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
  CHECK(has(set, R"({"resourceType":"ValueSet","url":")" + k_gender_set + R"(",)"));
  CHECK(has(set, R"("total":4,"parameter":[{"name":"used-codesystem","valueUri":")" + k_gender +
                     "|4.0.1"));
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
  CHECK(failure("ValueSet", "expand", text("url", k_gender_set) + "," + text("date", "soon")) ==
        "value");
  CHECK(failure("ValueSet", "expand", inline_set(R"({"include":[{"system":"urn:no"}]})")) ==
        "not-found");
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

TEST_CASE("validate-code of a value set refuses what is no question") {
  const std::string url = text("url", k_gender_set);
  CHECK(failure("ValueSet", "validate-code", url) == "invalid");
  CHECK(failure("ValueSet", "validate-code", text("code", "male")) == "required");
  CHECK(failure("ValueSet", "validate-code", url + "," + text("code", "")) == "required");
  CHECK(failure("ValueSet", "validate-code",
                url + "," + text("code", "male") +
                    R"(,{"name":"coding","valueCoding":{"code":"male"}})") == "invalid");
  CHECK(failure("ValueSet", "validate-code", text("url", "urn:no") + "," + text("code", "a")) ==
        "not-found");
}

TEST_CASE("validate-code says what it would need to answer: false, by an unknown system") {
  const std::string found = validate(inline_set(R"({"include":[{"system":"urn:no"}]})") + "," +
                                     text("system", "urn:no") + "," + text("code", "a"));
  CHECK(has(found, R"({"name":"result","valueBoolean":false})"));
  CHECK(has(found, R"({"name":"x-unknown-system","valueCanonical":"urn:no"})"));
  CHECK(has(found, R"({"name":"x-caused-by-unknown-system","valueCanonical":"urn:no"})"));
  CHECK(has(found, R"("code":"not-found","details":{"coding":[{"system":)"));
}

TEST_CASE("What a request brings along goes before what the server holds") {
  const std::string system = R"({"name":"tx-resource","resource":{"resourceType":"CodeSystem",
      "url":"urn:mine","version":"1","status":"active","content":"complete","caseSensitive":true,
      "concept":[{"code":"a","display":"A"},{"code":"b","display":"B"}]}})";
  const std::string supplement = R"({"name":"tx-resource","resource":{"resourceType":"CodeSystem",
      "url":"urn:more","content":"supplement","supplements":"urn:mine","status":"active",
      "concept":[{"code":"a","designation":[{"language":"de","value":"Ah"}]}]}})";
  const std::string set = inline_set(R"({"include":[{"system":"urn:mine"}]})");
  CHECK(has(expand(system + "," + set), R"("used-codesystem","valueUri":"urn:mine|1")"));
  const std::string german =
      system + "," + supplement + "," + set + "," + text("displayLanguage", "de");
  CHECK_FALSE(has(expand(german), R"("display":"Ah")"));
  const std::string used = expand(german + "," + text("useSupplement", "urn:more"));
  CHECK(has(used, R"("display":"Ah")"));
  CHECK(has(used, R"({"name":"used-supplement","valueUri":"urn:more"})"));
  CHECK(failure("ValueSet", "expand", german + "," + text("useSupplement", "urn:none")) ==
        "not-found");
  CHECK(failure("ValueSet", "expand",
                set + R"(,{"name":"tx-resource","resource":{"resourceType":"Patient"}})") ==
        "invalid");
}

TEST_CASE("Versions are chosen by the value set, the request's rules, and the coding") {
  std::string asked;
  for (const char* version : {"1.0.0", "1.2.0", "2.0.0"})
    asked += std::string(R"({"name":"tx-resource","resource":{"resourceType":"CodeSystem",
        "url":"urn:v","version":")") +
             version +
             R"(","status":"active","content":"complete","concept":[{"code":"a","display":")" +
             version + R"("}]}},)";
  const auto display = [&](const std::string& include, const std::string& more) {
    const std::string found =
        expand(asked + inline_set(R"({"include":[{"system":"urn:v")" + include + "}]}") + more);
    const std::size_t at = found.find("\"display\":\"");
    return at == std::string::npos ? found : found.substr(at + 11, 5);
  };
  CHECK(display("", "") == "2.0.0");
  CHECK(display(R"(,"version":"1.x.x")", "") == "1.2.0");
  CHECK(display("", "," + text("system-version", "urn:v|1.0.0")) == "1.0.0");
  CHECK(display(R"(,"version":"1.2.0")", "," + text("system-version", "urn:v|1.0.0")) == "1.2.0");
  CHECK(display(R"(,"version":"2.0.0")", "," + text("force-system-version", "urn:v|1.0.0")) ==
        "1.0.0");
  CHECK(failure("ValueSet", "expand",
                asked + inline_set(R"({"include":[{"system":"urn:v","version":"2.0.0"}]})") + "," +
                    text("check-system-version", "urn:v|1.x.x")) == "exception");
  CHECK(failure("ValueSet", "expand",
                asked + inline_set(R"({"include":[{"system":"urn:v","version":"3.0.0"}]})")) ==
        "not-found");
  const std::string coding = R"(,{"name":"coding","valueCoding":{"system":"urn:v","code":"a",
      "version":"1.0.0"}})";
  CHECK(has(validate(asked + inline_set(R"({"include":[{"system":"urn:v"}]})") + coding),
            R"({"name":"display","valueString":"1.0.0"})"));
  CHECK(has(validate(asked + inline_set(R"({"include":[{"system":"urn:v","version":"2.0.0"}]})") +
                     coding),
            R"("VALUESET_VALUE_MISMATCH")"));
}

TEST_CASE("batch-validate-code answers each validation with what it shares and what is its own") {
  const std::string found =
      answer("ValueSet", "batch-validate-code",
             text("url", k_gender_set) +
                 R"(,{"name":"validation","resource":{"resourceType":"Parameters","parameter":[
            {"name":"coding","valueCoding":{"system":")" +
                 k_gender + R"(","code":"male"}}]}},
          {"name":"validation","resource":{"resourceType":"Parameters","parameter":[
            {"name":"coding","valueCoding":{"system":")" +
                 k_gender + R"(","code":"mail"}}]}},
          {"name":"validation","resource":{"resourceType":"Parameters"}})");
  const auto document = fhir::json::Document::read(found);
  REQUIRE(document);
  const auto list = document->root().find("parameter")->items();
  REQUIRE(list.size() == 3);
  CHECK(has(fhir::json::to_string(list[0]), R"("valueBoolean":true)"));
  CHECK(has(fhir::json::to_string(list[1]), R"("valueBoolean":false)"));
  CHECK(list[2].find("resource")->string_at("resourceType") == "OperationOutcome");
  CHECK(failure("ValueSet", "batch-validate-code", text("url", k_gender_set)) == "required");
}

TEST_CASE("What a request brings along cannot break the answer") {
  const std::string system = R"({"name":"tx-resource","resource":{"resourceType":"CodeSystem",
    "url":"urn:odd","content":"complete","concept":[{"code":"a","property":[
      {"code":"p","valueInteger":"7},{"}]}]}})";
  const std::string set =
      expand(system + "," + inline_set(R"({"include":[{"system":"urn:odd"}]})") + "," +
             text("property", "p") + "," + text("count", "5") + "," + text("count", "5}"));
  CHECK(fhir::json::Document::read(set));
  CHECK(has(set, R"("valueString":"7},{")"));
  const std::string looked_up = answer(
      "CodeSystem", "lookup", system + "," + text("system", "urn:odd") + "," + text("code", "a"));
  CHECK(fhir::json::Document::read(looked_up));
}

TEST_CASE("validate-code refuses more codings, or batches, than it can judge in time") {
  std::string codings;
  for (int i = 0; i <= 1000; ++i)
    codings += std::string(i > 0 ? "," : "") + R"({"system":"urn:x","code":"a"})";
  CHECK(failure("ValueSet", "validate-code",
                text("url", k_gender_set) +
                    R"(,{"name":"codeableConcept","valueCodeableConcept":{"coding":[)" + codings +
                    "]}}") == "too-costly");
  std::string batch =
      R"({"name":"tx-resource","resource":{"resourceType":"CodeSystem","url":"urn:x",
    "description":")" +
      std::string(300'000, 'x') + R"("}})";
  for (int i = 0; i < 1000; ++i) batch += R"(,{"name":"validation"})";
  CHECK(failure("ValueSet", "batch-validate-code", batch) == "too-costly");
}
