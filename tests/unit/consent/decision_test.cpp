#include "src/consent/decision.h"

#include <doctest/doctest.h>

#include "fhir/formats/json_document.h"
#include "src/consent/withheld_criterion.h"
#include "src/search/extractor.h"
#include "src/search/match.h"
#include "src/search/value_ranges.h"
#include "unit/search/fixture.h"

using namespace server;
using consent::Condition;
using consent::Default;

namespace {

const fhir::DefinitionStore& definitions() { return *search_test::core(); }

const consent::Hierarchy& hierarchy() {
  static const consent::Hierarchy hierarchy(definitions());
  return hierarchy;
}

std::int64_t at(std::string_view instant) { return search::instants_of(instant)->low; }

consent::Asker asker(std::vector<std::string> actors = {"Practitioner/a"},
                     std::string purpose = "TREAT") {
  return {std::move(actors), {std::string(consent::k_act_reason), std::move(purpose)}};
}

/// A Consent of patient p; `more` holds its provision or policyRule.
std::shared_ptr<const consent::Directive> directive(std::string_view more,
                                                    std::string_view scope = "patient-privacy") {
  std::string text = R"({"resourceType":"Consent","id":"c","status":"active",)"
                     R"("patient":{"reference":"http://here/fhir/Patient/p"},"scope":{"coding":[{)"
                     R"("system":"http://terminology.hl7.org/CodeSystem/consentscope","code":")";
  text.append(scope).append("\"}]},").append(more).append("}");
  const auto document = fhir::json::Document::read(text);
  REQUIRE(document);
  auto read = consent::read_directive(document->root(), 1, "http://here/fhir");
  if (!read) return nullptr;
  CHECK(read->patient == "p");
  return std::make_shared<const consent::Directive>(*std::move(read));
}

Condition withheld(const std::vector<std::shared_ptr<const consent::Directive>>& directives,
                   Default otherwise = Default::flows, const consent::Asker& who = asker(),
                   std::string_view now = "2024-06-01") {
  consent::Moment moment{at(now)};
  return consent::withheld(directives, otherwise, {}, who, hierarchy(), moment);
}

/// Whether the condition withholds a resource, judged as the store would.
bool withholds(const Condition& condition, std::string text) {
  const auto document = fhir::json::Document::read(std::move(text));
  REQUIRE(document);
  const auto type = document->root().string_at("resourceType");
  const auto compiled = consent::compile(condition, type, definitions());
  if (compiled.constant) return *compiled.constant;
  static const auto extractor = search::Extractor::make(search_test::core(), "http://here/fhir");
  REQUIRE(extractor);
  const auto rows = (*extractor)->extract(fhir::root_element(document->root(), definitions()));
  REQUIRE(rows);
  const auto verdict =
      search::matches(compiled.criterion, {document->root().string_at("id"), 0, &*rows});
  REQUIRE(verdict);
  return *verdict;
}

std::string observation(std::string_view labels, std::string_view more = "") {
  std::string text =
      R"({"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"})";
  if (!labels.empty()) {
    text += R"(,"meta":{"security":[)";
    for (const char label : labels) {
      if (text.back() == '}') text += ',';
      text.append(R"({"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality",)"
                  R"("code":")")
          .append(1, label)
          .append("\"}");
    }
    text += "]}";
  }
  return text.append(more).append("}");
}

constexpr std::string_view k_r =
    R"([{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}])";

}  // namespace

TEST_CASE("a base policy holds where no provision says otherwise") {
  const auto in = directive(R"("policyRule":{"coding":[{"code":"OPTIN"}]})");
  const auto out = directive(R"("policyRule":{"coding":[{"code":"OPTOUT"}]})");
  CHECK(withheld({in}).is_never());
  CHECK(withheld({out}).is_always());
  CHECK(withheld({}, Default::withheld).is_always());
  CHECK(withheld({in}, Default::withheld).is_never());
}

TEST_CASE("a consent that denies beats one that permits") {
  const auto yes = directive(R"("provision":{"type":"permit"})");
  const auto no = directive(R"("provision":{"type":"deny"})");
  CHECK(withheld({yes, no}).is_always());
  CHECK(withheld({no, yes}, Default::withheld).is_always());
}

TEST_CASE("exceptions to the base consent: the most specific that fits decides") {
  const auto nested = directive(
      R"("provision":{"type":"deny","provision":[{"type":"permit","actor":[{"role":{"text":"x"},)"
      R"("reference":{"reference":"Practitioner/a"}}],"provision":[{"type":"deny","purpose":[)"
      R"({"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HRESCH"}]}]}]})");
  CHECK(withheld({nested}).is_never());
  CHECK(withheld({nested}, Default::flows, asker({"Practitioner/b"})).is_always());
  CHECK(withheld({nested}, Default::flows, asker({"Practitioner/a"}, "CLINTRCH")).is_always());
}

TEST_CASE("of two exceptions that fit the one that denies decides") {
  const auto both =
      directive(R"("provision":{"type":"permit","provision":[{"type":"permit"},{"type":"deny"}]})");
  CHECK(withheld({both}).is_always());
}

TEST_CASE("a period is of the requests, and tells when the answer changes") {
  const auto until = directive(R"("provision":{"type":"deny","period":{"end":"2024-06-01"}})");
  consent::Moment moment{at("2024-06-01")};
  const std::vector<std::shared_ptr<const consent::Directive>> all{until};
  CHECK(consent::withheld(all, Default::flows, {}, asker(), hierarchy(), moment).is_always());
  CHECK(moment.changes_at == at("2024-06-02"));
  CHECK(withheld(all, Default::flows, asker(), "2024-06-02").is_never());
}

namespace {

std::shared_ptr<const consent::Directive> about_action(std::string_view type,
                                                       std::string_view action) {
  return directive(R"("provision":{"type":")" + std::string(type) +
                   R"(","action":[{"coding":[{"code":")" + std::string(action) + R"("}]}]})");
}

/// Which of reading, collecting and correcting is denied.
std::string denied(const std::shared_ptr<const consent::Directive>& directive,
                   Default otherwise = Default::flows) {
  std::string out;
  for (const auto& [doing, letter] :
       {std::pair(access::Doing::reading, 'r'), std::pair(access::Doing::collecting, 'o'),
        std::pair(access::Doing::correcting, 'c')}) {
    consent::Asker who = asker();
    who.doing = doing;
    if (withheld({directive}, otherwise, who).is_always()) out += letter;
  }
  return out;
}

}  // namespace

TEST_CASE("an action that is not reading withholds nothing from who reads") {
  CHECK(denied(about_action("deny", "access")) == "r");
  CHECK(denied(about_action("deny", "use")) == "r");
  CHECK(denied(about_action("deny", "disclose")) == "r");
  CHECK(denied(about_action("deny", "collect")) == "o");
  CHECK(denied(about_action("deny", "correct")) == "c");
}

TEST_CASE("a provision without an action is about all of them") {
  CHECK(denied(directive(R"("provision":{"type":"deny"})")) == "roc");
  CHECK(denied(directive(R"("policyRule":{"coding":[{"code":"OPTOUT"}]})")) == "roc");
  CHECK(denied(directive(R"("provision":{"type":"permit"})"), Default::withheld) == "");
}

TEST_CASE("an action that is not known may be any where it is denied, none where it is permitted") {
  CHECK(denied(about_action("deny", "launder")) == "roc");
  CHECK(denied(about_action("permit", "launder"), Default::withheld) == "roc");
  CHECK(denied(about_action("permit", "collect"), Default::withheld) == "rc");
}

TEST_CASE("an exception for one action leaves the others to the base") {
  const auto lets_collect =
      directive(R"("provision":{"type":"deny","provision":[{"type":"permit","action":[{"coding":[)"
                R"({"code":"collect"}]}]}]})");
  CHECK(denied(lets_collect) == "rc");
}

TEST_CASE("consents to treatment say nothing of access, those to research of research alone") {
  CHECK(directive(R"("provision":{"type":"deny"})", "treatment") == nullptr);
  CHECK(directive(R"("provision":{"type":"deny"})", "adr") == nullptr);
  CHECK(directive(R"("provision":{"type":"deny","action":[{"coding":[{"code":"access"}]}]})",
                  "adr") != nullptr);
  const auto research = directive(R"("provision":{"type":"deny"})", "research");
  CHECK(withheld({research}).is_never());
  CHECK(withheld({research}, Default::flows, asker({}, "HRESCH")).is_always());
}

TEST_CASE("what cannot be judged forbids and does not permit") {
  const std::string_view modifier = R"("modifierExtension":[{"url":"urn:x"}])";
  const auto no = directive(R"("provision":{"type":"deny",)" + std::string(modifier) + "}");
  const auto yes = directive(R"("provision":{"type":"permit",)" + std::string(modifier) + "}");
  CHECK(withheld({no}).is_always());
  CHECK(withheld({yes}, Default::withheld).is_always());
}

namespace {

std::shared_ptr<const consent::Directive> for_actor(std::string_view type, std::string_view actor,
                                                    std::string_view more = "") {
  return directive(R"("provision":{"type":")" + std::string(type) +
                   R"(","actor":[{"role":{"text":"x"},"reference":)" + std::string(actor) + "}]" +
                   std::string(more) + "}");
}

}  // namespace

TEST_CASE("who may be meant is denied, and permitted nothing") {
  constexpr std::string_view k_team = R"({"reference":"CareTeam/t"})";
  consent::Asker who = asker({"Practitioner/a"});
  who.possible = {"CareTeam/t"};
  CHECK(withheld({for_actor("deny", k_team)}, Default::flows, who).is_always());
  CHECK(withheld({for_actor("permit", k_team)}, Default::withheld, who).is_always());
  who.possible.clear();
  CHECK(withheld({for_actor("deny", k_team)}, Default::flows, who).is_never());
  who.actors = {"CareTeam/t", "Practitioner/a"};
  CHECK(withheld({for_actor("deny", k_team)}, Default::flows, who).is_always());
  CHECK(withheld({for_actor("permit", k_team)}, Default::withheld, who).is_never());
}

TEST_CASE("within what may be about somebody a denial counts and a permission does not") {
  consent::Asker who = asker({"Practitioner/a"});
  who.possible = {"CareTeam/t"};
  const auto nested = [&](std::string_view type) {
    return for_actor("permit", R"({"reference":"CareTeam/t"})",
                     R"(,"provision":[{"type":")" + std::string(type) + R"("}])");
  };
  CHECK(withheld({nested("deny")}, Default::flows, who).is_always());
  CHECK(withheld({nested("permit")}, Default::withheld, who).is_always());
}

TEST_CASE("an actor without a reference or an identifier may be anybody") {
  constexpr std::string_view k_words = R"({"display":"my neighbour"})";
  CHECK(withheld({for_actor("deny", k_words)}).is_always());
  CHECK(withheld({for_actor("permit", k_words)}, Default::withheld).is_always());
}

TEST_CASE("somebody elsewhere is nobody here") {
  CHECK(withheld({for_actor("deny", R"({"reference":"http://there/fhir/Practitioner/a"})")})
            .is_never());
  CHECK(
      withheld({for_actor("deny", R"({"identifier":{"system":"urn:x","value":"9"}})")}).is_never());
}

TEST_CASE("an actor that the Consent contains is known by its identifiers alone") {
  const auto of = [](std::string_view type, std::string_view more) {
    return directive(R"("contained":[{"resourceType":")" + std::string(type) + R"(","id":"in")" +
                     std::string(more) + R"(}],"provision":{"type":"deny","actor":[{"role":)" +
                     R"({"text":"x"},"reference":{"reference":"#in"}}]})");
  };
  constexpr std::string_view k_identifier = R"(,"identifier":[{"system":"urn:x","value":"9"}])";
  CHECK(withheld({of("Practitioner", k_identifier)}).is_never());
  CHECK(
      withheld({of("Practitioner", k_identifier)}, Default::flows, asker({"urn:x|9"})).is_always());
  CHECK(withheld({of("Practitioner", "")}).is_always());
  CHECK(withheld({of("CareTeam", k_identifier)}).is_always());
}

TEST_CASE("what was not verified permits nothing, and denies all the same") {
  const auto of = [](std::string_view type, std::string_view verified) {
    return directive(R"("verification":[)" + std::string(verified) + R"(],"provision":{"type":")" +
                     std::string(type) + "\"}");
  };
  constexpr std::string_view k_no = R"({"verified":false})", k_yes = R"({"verified":true})";
  CHECK(withheld({of("permit", k_no)}, Default::withheld).is_always());
  CHECK(withheld({of("permit", k_yes)}, Default::withheld).is_never());
  CHECK(withheld({of("permit", R"({"verified":false},{"verified":true})")}, Default::withheld)
            .is_never());
  CHECK(withheld({of("deny", k_no)}).is_always());
}

TEST_CASE("an exception that does not say what it is denies") {
  CHECK(withheld({directive(R"("provision":{"type":"permit","provision":[{}]})")}).is_always());
  CHECK(withheld({directive(R"("provision":{"purpose":[]})")}).is_never());  // the base has none
}

TEST_CASE("who keeps the data is not who gets them") {
  const auto kept =
      directive(R"("provision":{"type":"deny","actor":[{"role":{"coding":[{"system":)"
                R"("http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"CST"}]},)"
                R"("reference":{"reference":"Organization/o"}}]})");
  CHECK(withheld({kept}).is_always());
}

TEST_CASE("too many provisions deny all") {
  std::string many = R"("provision":{"type":"permit","provision":[)";
  for (int i = 0; i < 1'100; ++i) many += R"({"type":"permit"},)";
  many += R"({"type":"permit"}]})";
  CHECK(withheld({directive(many)}).is_always());
}

TEST_CASE("a confidentiality that is denied covers those above it") {
  const auto deny =
      directive(R"("provision":{"type":"deny","securityLabel":)" + std::string(k_r) + "}");
  const Condition condition = withheld({deny});
  CHECK_FALSE(withholds(condition, observation("")));
  CHECK_FALSE(withholds(condition, observation("N")));
  CHECK(withholds(condition, observation("R")));
  CHECK(withholds(condition, observation("V")));
  CHECK(withholds(condition, observation("NV")));
}

TEST_CASE("one that is permitted covers those below it, and of several the highest counts") {
  const auto permit =
      directive(R"("provision":{"type":"permit","securityLabel":)" + std::string(k_r) + "}");
  const Condition condition = withheld({permit}, Default::withheld);
  CHECK_FALSE(withholds(condition, observation("")));
  CHECK_FALSE(withholds(condition, observation("R")));
  CHECK(withholds(condition, observation("V")));
  CHECK(withholds(condition, observation("NV")));
}

TEST_CASE("what has no date lies in a period that is denied, and in none that is permitted") {
  const std::string span = R"(","dataPeriod":{"start":"2020","end":"2021"}})";
  const Condition denied = withheld({directive(R"("provision":{"type":"deny)" + span)});
  const Condition permitted =
      withheld({directive(R"("provision":{"type":"permit)" + span)}, Default::withheld);
  const std::string in = observation("", R"(,"effectiveDateTime":"2021-12-31")");
  const std::string out = observation("", R"(,"effectiveDateTime":"2022-01-01")");
  CHECK(withholds(denied, in));
  CHECK_FALSE(withholds(denied, out));
  CHECK(withholds(denied, observation("")));
  CHECK_FALSE(withholds(permitted, in));
  CHECK(withholds(permitted, out));
  CHECK(withholds(permitted, observation("")));
}

TEST_CASE("a class is a type") {
  const auto deny = directive(
      R"("provision":{"type":"deny","class":[{"system":"http://hl7.org/fhir/resource-types",)"
      R"("code":"Observation"}]})");
  const Condition condition = withheld({deny});
  CHECK(withholds(condition, observation("")));
  CHECK_FALSE(withholds(condition, R"({"resourceType":"Condition","id":"c"})"));
}

TEST_CASE("equal conditions have equal keys") {
  const std::string text =
      R"("provision":{"type":"deny","securityLabel":)" + std::string(k_r) + "}";
  CHECK(consent::key_of(withheld({directive(text)})) ==
        consent::key_of(withheld({directive(text)})));
  CHECK(consent::key_of(withheld({directive(text)})) != consent::key_of(consent::constant(true)));
}
