// https://hl7.org/fhir/R4/conceptmap-operation-translate.html
#include "invoke.h"

using testing::answer;
using testing::failure;
using testing::has;
using testing::text;

namespace {

const std::string k_rxnorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
const std::string k_snomed = "http://snomed.info/sct";
const std::string k_sample = "http://medisync.example/fhir/ConceptMap/rxnorm-snomed-sample";

std::string translate(const std::string& parameters, std::string_view id = {}) {
  return answer("ConceptMap", "translate", parameters, id);
}

}  // namespace

TEST_CASE("translate finds the SNOMED CT counterpart of an RxNorm code, and the reverse") {
  const std::string forward =
      translate(text("url", k_sample) + "," + text("system", k_rxnorm) + "," + text("code", "161"));
  CHECK(has(forward, R"({"name":"result","valueBoolean":true})"));
  CHECK(has(
      forward,
      R"({"name":"equivalence","valueCode":"equivalent"},{"name":"concept","valueCoding":{"system":"http://snomed.info/sct","code":"387517004")"));
  CHECK(has(forward, R"({"name":"source","valueUri":")" + k_sample));
  const std::string back = translate(text("url", k_sample) + "," + text("system", k_snomed) + "," +
                                     text("code", "387517004") + "," + text("reverse", "true"));
  CHECK(has(back, R"("system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"161")"));
}

TEST_CASE("Without a concept map, every map with that source and target is asked") {
  const std::string coding =
      R"({"name":"coding","valueCoding":{"system":")" + k_rxnorm + R"(","code":"161"}})";
  CHECK(has(translate(coding), R"("code":"387517004")"));
  CHECK(has(translate(coding + "," + text("targetsystem", k_snomed)), R"("code":"387517004")"));
  CHECK(has(translate(coding + "," + text("targetsystem", "urn:none")),
            R"({"name":"result","valueBoolean":false},{"name":"message")"));
  CHECK(has(translate(coding + "," + text("target", "http://snomed.info/sct?fhir_vs")),
            R"("code":"387517004")"));
  CHECK(has(translate(coding + "," + text("target", "urn:none")), R"("valueBoolean":false)"));
}

TEST_CASE("translate works on an instance and on a concept map that is sent along") {
  CHECK(has(translate(text("system", k_rxnorm) + "," + text("code", "161"), "rxnorm-snomed-sample"),
            R"("code":"387517004")"));
  const std::string sent = R"({"name":"conceptMap","resource":{"resourceType":"ConceptMap","group":[
      {"source":"urn:a","target":"urn:b","element":[{"code":"1","target":[
      {"code":"x","equivalence":"disjoint"}]}]}]}})";
  const std::string found =
      translate(sent + "," + text("system", "urn:a") + "," + text("code", "1"));
  CHECK(has(found, R"({"name":"result","valueBoolean":false})"));
  CHECK(has(found, R"("valueCode":"disjoint")"));
}

TEST_CASE("translate refuses what is missing, unknown or said twice") {
  CHECK(failure("ConceptMap", "translate", text("url", k_sample)) == "required");
  CHECK(failure("ConceptMap", "translate", text("url", k_sample) + "," + text("code", "1")) ==
        "required");
  const std::string asked = text("system", k_rxnorm) + "," + text("code", "161") + ",";
  CHECK(failure("ConceptMap", "translate", asked + text("url", "urn:no")) == "not-found");
  CHECK(failure("ConceptMap", "translate", asked + text("reverse", "yes")) == "value");
  CHECK(failure("ConceptMap", "translate",
                asked + R"({"name":"coding","valueCoding":{"system":"a","code":"b"}})") ==
        "invalid");
}
