// A shortcut answers as the FHIRPath engine does, or not at all.
#include "fhir/validation/shortcut.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "fhir/model/element.h"
#include "fhir/validation/invariants.h"
#include "fhir/validation/plan.h"
#include "support.h"

using fhir::Element;
using fhir::validation::Shortcut;
using fhir::validation::Truth;
using fhir::validation::Verdict;

namespace {

Truth judge(std::string_view expression, std::string_view patient) {
  const auto document = test::read(patient);
  return Shortcut(expression).judge(fhir::root_element(document.root(), *test::definitions()));
}

const char* const k_patient =
    R"({"resourceType":"Patient","active":true,"gender":"male","name":[{"family":"A"},{"family":"B"}],
  "deceasedBoolean":false,"_birthDate":{"extension":[{"url":"http://example.org/x","valueCode":"y"}]}})";

/// Rules that the walk judges itself.
bool is_judged_by_walk(const fhir::Constraint& constraint) {
  return constraint.key == "ele-1" || constraint.key == "ref-1" || constraint.key == "dom-3";
}

struct Tally {
  std::size_t compared = 0;
  std::size_t open = 0;
  std::map<std::string, std::string> differences;  // by key
  std::set<std::string> broken_by_engine;          // of those that the walk judges
};

void compare(const fhir::validation::Invariants& invariants, const fhir::Constraint& constraint,
             const Element& element, const fhir::fhirpath::Environment& environment, Tally& tally) {
  if (is_judged_by_walk(constraint)) {
    if (invariants.rule(constraint).judge_by_engine(element, environment) == Verdict::broken)
      tally.broken_by_engine.emplace(constraint.key);
    return;
  }
  const Truth truth = invariants.rule(constraint).judge_quickly(element);
  if (truth == Truth::open) {
    ++tally.open;
    return;
  }
  ++tally.compared;
  const Verdict verdict = invariants.rule(constraint).judge_by_engine(element, environment);
  const bool is_same = truth == Truth::yes ? verdict == Verdict::holds : verdict == Verdict::broken;
  if (!is_same) tally.differences[std::string(constraint.key)] = constraint.expression;
}

void compare_below(const fhir::validation::Invariants& invariants, const Element& element,
                   fhir::fhirpath::Environment environment, Tally& tally) {
  if (element.is_resource()) {
    const bool is_contained =
        element.definition != nullptr && element.definition->name == "contained";
    environment.resource = element;
    if (!is_contained) environment.root_resource = element;
  }
  if (element.type != nullptr) {
    for (const fhir::Constraint* constraint : element.type->constraints)
      compare(invariants, *constraint, element, environment, tally);
  }
  if (element.definition != nullptr) {
    for (const fhir::Constraint* constraint : element.definition->constraints)
      compare(invariants, *constraint, element, environment, tally);
  }
  fhir::for_each_child(element, [&](std::string_view, const Element& child) {
    compare_below(invariants, child, environment, tally);
    return true;
  });
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("what children are there is seen without FHIRPath") {
  CHECK(judge("gender.exists()", k_patient) == Truth::yes);
  CHECK(judge("maritalStatus.exists()", k_patient) == Truth::no);
  CHECK(judge("maritalStatus.empty()", k_patient) == Truth::yes);
  CHECK(judge("birthDate.exists()", k_patient) == Truth::yes);
  CHECK(judge("birthDate.hasValue()", k_patient) == Truth::no);
  CHECK(judge("birthDate.hasValue().not()", k_patient) == Truth::yes);
  CHECK(judge("deceased.exists()", k_patient) == Truth::yes);
  CHECK(judge("gender = 'male'", k_patient) == Truth::yes);
  CHECK(judge("gender='female'", k_patient) == Truth::no);
  CHECK(judge("gender != 'female'", k_patient) == Truth::yes);
  CHECK(judge("language = 'x'", k_patient) == Truth::empty);
}

TEST_CASE("operators follow FHIRPath's three-valued logic and precedence") {
  CHECK(judge("gender.exists() and name.empty()", k_patient) == Truth::no);
  CHECK(judge("gender.exists() or name.empty() and photo.exists()", k_patient) == Truth::yes);
  CHECK(judge("(gender.exists() or name.empty()) and photo.exists()", k_patient) == Truth::no);
  CHECK(judge("gender.exists() xor name.exists()", k_patient) == Truth::no);
  CHECK(judge("photo.exists() implies name.empty()", k_patient) == Truth::yes);
  CHECK(judge("language = 'x' or gender.empty()", k_patient) == Truth::empty);
  CHECK(judge("language = 'x' and gender.empty()", k_patient) == Truth::no);
  CHECK(judge("gender.exists() = name.exists()", k_patient) == Truth::yes);
  CHECK(judge("gender.exists() != name.exists()", k_patient) == Truth::no);
  CHECK(judge("(photo.exists() and name.exists()).not()", k_patient) == Truth::yes);
}

TEST_CASE("a path from an absent child is empty") {
  CHECK(judge("photo.where(url = 'x' or title = 'y').exists()", k_patient) == Truth::no);
  CHECK(judge("contact.name.family.empty()", k_patient) == Truth::yes);
  CHECK(judge("contact.all(name.exists() or telecom.exists())", k_patient) == Truth::yes);
  CHECK(judge("name.family.empty()", k_patient) == Truth::open);
}

TEST_CASE("what is not understood is left to the engine") {
  for (const char* expression :
       {"name.count() > 1", "%resource.active", "name.all(family.exists())", "active = true",
        "name = 'A'", "1 = 1", "'and'", "", "((", "gender in ('male' | 'x')", "gender ~ 'male'",
        "Patient.gender.exists()", "exists()", "name.exists(family = 'A')", "photo.count() = 0",
        "photo.iif(empty(), true, false)", "gender = 'it\\'s'"}) {
    CAPTURE(expression);
    CHECK(judge(expression, k_patient) == Truth::open);
  }
}

namespace {

/// Rules of those that the walk judges, as the walk reports them.
std::set<std::string> broken_by_walk(const fhir::json::Document& document) {
  fhir::IssueList issues;
  test::validator().validate(document, {}, issues);
  std::set<std::string> rules;
  for (const fhir::Issue& issue : issues.issues()) {
    if (issue.rule == "ele-1" || issue.rule == "ref-1" || issue.rule == "dom-3")
      rules.insert(issue.rule);
  }
  return rules;
}

Tally compare_document(const fhir::validation::Invariants& invariants,
                       const fhir::json::Document& document) {
  Tally tally;
  fhir::fhirpath::Environment environment;
  environment.definitions = test::definitions().get();
  compare_below(invariants, fhir::root_element(document.root(), *test::definitions()), environment,
                tally);
  return tally;
}

}  // namespace

TEST_CASE("ele-1, ref-1 and dom-3 are judged by the walk as the engine judges them") {
  auto invariants = fhir::validation::Invariants::compile(*test::definitions());
  REQUIRE(invariants);
  const std::string organization =
      R"("contained":[{"resourceType":"Organization","id":"a","name":"x"}])";
  const char* const k_extension =
      R"({"extension":[{"url":"http://example.org/x","valueCode":"y"}]})";
  for (
      const std::string& json : std::vector<std::string>{
          R"({"resourceType":"Patient","maritalStatus":{"id":"a"}})",
          R"({"resourceType":"Patient","maritalStatus":{"id":"a","text":"x"}})",
          R"({"resourceType":"Patient","_birthDate":{"id":"a"}})",
          R"({"resourceType":"Patient","birthDate":"1970","_birthDate":{"id":"a"}})",
          std::string(R"({"resourceType":"Patient","_birthDate":)") + k_extension + "}",
          R"({"resourceType":"Patient",)" + organization + "}",
          R"({"resourceType":"Patient",)" + organization +
              R"(,"managingOrganization":{"reference":"#a"}})",
          R"({"resourceType":"Patient",)" + organization +
              R"(,"managingOrganization":{"reference":"#b"}})",
          R"({"resourceType":"Patient",)" + organization +
              R"(,"managingOrganization":{"display":"#a"}})",
          R"({"resourceType":"Patient","implicitRules":"#a",)" + organization + "}",
          R"({"resourceType":"Patient","managingOrganization":{"reference":"#"}})",
          R"({"resourceType":"Patient","contained":[{"resourceType":"Observation","id":"a","status":"final","code":{"text":"x"},"subject":{"reference":"#"}}]})",
          R"({"resourceType":"Patient","contained":[{"resourceType":"Observation","id":"a","status":"final","code":{"text":"x"},"subject":{"reference":"#b"}},
             {"resourceType":"Patient","id":"b","link":[{"other":{"reference":"#a"},"type":"refer"}]}]})",
          R"({"resourceType":"Questionnaire","status":"draft","item":[{"linkId":"1","type":"choice","answerValueSet":"#v"}],
             "contained":[{"resourceType":"ValueSet","id":"v","status":"draft"}]})"}) {
    CAPTURE(json);
    const auto document = test::read(json);
    CHECK(compare_document(**invariants, document).broken_by_engine == broken_by_walk(document));
  }
}

TEST_CASE("over official examples every shortcut agrees with the engine") {
  auto invariants = fhir::validation::Invariants::compile(*test::definitions());
  REQUIRE(invariants);
  Tally all;
  std::size_t file_count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(
           MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples")) {
    const std::string name = entry.path().filename().string();
    const bool is_small = entry.is_regular_file() && entry.file_size() < 30'000;
    const bool is_definition = name.starts_with("StructureDefinition") ||
                               name.starts_with("ValueSet") || name.starts_with("CodeSystem") ||
                               name.starts_with("SearchParameter") ||
                               name.starts_with("ConceptMap");
    if (!is_small || is_definition || entry.path().extension() != ".json") continue;
    ++file_count;
    const auto document = test::read(text_of(entry.path()));
    const Tally tally = compare_document(**invariants, document);
    for (const auto& [key, expression] : tally.differences)
      FAIL_CHECK(name << " " << key << ": " << expression);
    CHECK_MESSAGE(tally.broken_by_engine == broken_by_walk(document), name);
    all.compared += tally.compared;
    all.open += tally.open;
  }
  CHECK(file_count > 500);
  CHECK(all.compared > 5'000);
  MESSAGE(all.compared << " judged quickly, " << all.open << " left to the engine");
}
