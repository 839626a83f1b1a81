#include "src/policy/role_file.h"

#include "src/policy/comments.h"
#include "src/security/roles.h"
#include "unit/policy/fixture.h"

using namespace server;
using policy_test::definitions;
using policy_test::files_of;
using policy_test::role_of;

namespace {

std::string refusal_of(const std::string& text) {
  const auto file = policy::read_role_file("a.json", text);
  if (!file) return file.error().diagnostics;
  const auto made = policy::Policies::make({*file}, definitions());
  return made ? "" : made.error().diagnostics;
}

}  // namespace

TEST_CASE("comments become spaces, and what stands in strings is none") {
  CHECK(policy::without_comments("{ // a \"b\"\n \"x\": \"// no\" /* c\n d */ }") ==
        "{         \n \"x\": \"// no\"     \n      }");
  CHECK(policy::without_comments("\"a\\\"// b\"") == "\"a\\\"// b\"");
  CHECK(policy::without_comments("1 /* open") == "1        ");
}

TEST_CASE("the program's own role files compile, and there is one for each role") {
  const auto files = policy::default_role_files();
  REQUIRE_MESSAGE(files, (files ? "" : files.error().diagnostics));
  CHECK((*files)->size() == security::k_roles.size());
  const auto made = policy::Policies::make(**files, definitions());
  REQUIRE_MESSAGE(made, (made ? "" : made.error().diagnostics));
  for (const std::string_view role : security::k_roles) CHECK((*made)->role(role) != nullptr);
  CHECK((*made)->role("none") == nullptr);
}

TEST_CASE("a mistake in a role file names the file, the line and what is wrong") {
  CHECK(refusal_of("{\n\"role\": ").starts_with("a.json:2: The body is not JSON"));
  CHECK(refusal_of("[]").starts_with("a.json:1: a role file is a JSON object"));
  CHECK(refusal_of("{\"role\":\"king\"}").starts_with("a.json:1: `role` is one of physician"));
  CHECK(refusal_of("{\"role\":\"nurse\",\n\"rules\":[]}").find("`description` is missing") !=
        std::string::npos);
  CHECK(refusal_of("{\"role\":\"nurse\",\"description\":\"x\",\n\"rulez\":[]}")
            .starts_with("a.json:2: a role has"));
  for (
      const auto& [rule, said] : std::vector<std::pair<std::string, std::string>>{
          {R"({"types":"*"})", "`allow` is missing"},
          {R"({"allow":"read"})", "`types` is missing"},
          {R"({"allow":"reed","types":"*"})", "not `reed`"},
          {R"({"allow":"read","types":[]})", "`types` is empty"},
          {R"({"allow":"read","types":[1]})", "`types` is a text or a list"},
          {R"({"allow":"read","types":"Pacient"})", "`Pacient` is no resource type"},
          {R"({"allow":"read","types":"*","except":"X"})", "`X` is no resource type"},
          {R"({"allow":"read","types":"*","compartment":"device"})", "`compartment` is patient"},
          {R"({"allow":"read","types":"compartment"})", "it has none"},
          {R"({"allow":"read","types":"*","masks":"Patient.name"})", "not `masks`"},
          {R"({"allow":"read","types":"Patient","filter":"Observation?code=x"})",
           "none of the rule"},
          {R"({"allow":"read","types":"Patient","filter":"Patient"})", "it is a search"},
          {R"({"allow":"read","types":"Patient","filter":"Patient?nonsense=x"})", "nonsense"},
          {R"({"allow":"read","types":"Patient","filter":"Patient?_sort=name"})",
           "parameters that filter"},
          {R"({"allow":"read","types":"Patient","filter":"Patient?_has:Observation:patient:code=x"})",
           "cannot be held to"},
          {R"({"allow":"read","types":"Patient","filter":"Patient?_text=x"})", "cannot be held to"},
          {R"({"allow":"read","types":"Patient","filter":"Patient?name={user}"})", "{user}"},
          {R"({"allow":"read","types":"Observation","filter":"Observation?code:not={patient}"})",
           "{user}"},
          {R"({"allow":"read","types":"Patient","hidden":"Patient.nam"})", "there is no nam"},
          {R"({"allow":"read","types":"Patient","hidden":"Patient.name.x"})", "there is no x"},
          {R"({"allow":"read","types":"Patient","hidden":"Patient"})", "names no element"},
          {R"({"allow":"read","types":"Patient","hidden":"Patient.id"})", "always shown"},
          {R"({"allow":"read","types":"Patient","hidden":"Encounter.type"})",
           "none of the rule"}}) {
    const std::string found = refusal_of(role_of("\n" + rule));
    CHECK_MESSAGE(found.starts_with("a.json:2: "), (rule + ": " + found));
    CHECK_MESSAGE(found.find(said) != std::string::npos, (rule + ": " + found));
  }
}

TEST_CASE("an emergency says what a token may do, for how long, for which purposes and reasons") {
  const auto read = [](const std::string& emergency) {
    return policy::read_role_file(
        "a.json", "{\"role\":\"nurse\",\"description\":\"x\",\"rules\":[],\n\"emergency\":" +
                      emergency + "}");
  };
  const auto plain = read(R"({"allow":"read"})");
  REQUIRE(plain);
  REQUIRE(plain->emergency);
  CHECK(plain->emergency->rights == security::right_read);
  CHECK(plain->emergency->seconds == 0);
  CHECK(plain->emergency->purposes == std::vector<std::string>{"BTG"});
  const auto whole = read(
      R"({"description":"x","allow":["read","search","create"],"seconds":600,"purposes":["ETREAT","BTG"],)"
      R"("reasons":["Unconscious","Mass casualty"],"rules":[{"allow":"read","types":"*"}]})");
  REQUIRE(whole);
  CHECK(whole->emergency->rights ==
        (security::right_read | security::right_search | security::right_create));
  CHECK(whole->emergency->seconds == 600);
  CHECK(whole->emergency->rules.size() == 1);

  for (const auto& [emergency, said] : std::vector<std::pair<std::string, std::string>>{
           {"[]", "`emergency` is a JSON object"},
           {"{}", "`allow` is missing"},
           {R"({"allow":"vread"})", "not `vread`"},
           {R"({"allow":"$everything"})", "not `$everything`"},
           {R"({"allow":"read","seconds":0})", "`seconds` is a whole number from 1"},
           {R"({"allow":"read","seconds":1.5})", "`seconds` is a whole number from 1"},
           {R"({"allow":"read","seconds":86401})", "to 86400"},
           {R"({"allow":"read","purposes":"TREAT"})", "not `TREAT`"},
           {R"({"allow":"read","purposes":["BTG","BTG"]})", "each once; not `BTG`"},
           {R"({"allow":"read","reasons":[]})", "`reasons` is empty"},
           {R"({"allow":"read","reasons":["x","x"]})", "each once"},
           {R"({"allow":"read","reasons":")" + std::string(251, 'x') + "\"}", "250 bytes at most"},
           {R"({"allow":"read","rules":[]})", "not `rules`"},
           {R"({"allow":"read","rules":[{"allow":"read"}]})", "`types` is missing"},
           {R"({"allow":"read","minutes":5})", "not `minutes`"}}) {
    const auto file = read(emergency);
    REQUIRE_MESSAGE(!file, emergency);
    const std::string& found = file.error().diagnostics;
    CHECK_MESSAGE(found.starts_with("a.json:2: "), (emergency + ": " + found));
    CHECK_MESSAGE(found.find(said) != std::string::npos, (emergency + ": " + found));
  }
  CHECK(
      refusal_of(R"({"role":"patient","description":"x","rules":[],"emergency":{"allow":"read"}})")
          .find("a patient has no `emergency`") != std::string::npos);
  CHECK(refusal_of(R"({"role":"nurse","description":"x","rules":[],)"
                   "\n"
                   R"("emergency":{"allow":"read","rules":[{"allow":"read","types":"Pacient"}]}})")
            .starts_with("a.json:2: `Pacient` is no resource type"));
}

TEST_CASE("physicians and nurses alone break the glass by the program's own files") {
  const auto files = policy::default_role_files();
  REQUIRE(files);
  for (const std::string_view role : security::k_roles) {
    const bool may = role == "physician" || role == "nurse";
    CHECK_MESSAGE((policy::emergency_of(**files, role) != nullptr) == may, role);
  }
  CHECK(policy::emergency_of(**files, "none") == nullptr);
}

TEST_CASE("a reason is one of those that there are to choose from, and more") {
  policy::Emergency emergency;
  emergency.purposes = {"BTG", "ETREAT"};
  CHECK(policy::emergency_reason(emergency, "  found \n", "").value() == "found");
  CHECK(policy::emergency_reason(emergency, "found", " alone ").value() == "found: alone");
  CHECK(policy::emergency_reason(emergency, " \t", "more").error().type ==
        fhir::IssueType::required);
  CHECK(policy::emergency_reason(emergency, std::string(1'001, 'x'), "").error().type ==
        fhir::IssueType::too_long);
  emergency.reasons = {"Unconscious", "Un"};
  CHECK(policy::emergency_reason(emergency, "Unconscious", "at the gate").value() ==
        "Unconscious: at the gate");
  CHECK(policy::emergency_reason(emergency, "Unconscious: at the gate", "").has_value());
  CHECK(policy::emergency_reason(emergency, "Unconsciously", "").error().type ==
        fhir::IssueType::value);
  CHECK(policy::emergency_purpose(emergency, "").value() == "BTG");
  CHECK(policy::emergency_purpose(emergency, "ETREAT").value() == "ETREAT");
  CHECK(policy::emergency_purpose(emergency, "TREAT").error().type == fhir::IssueType::value);
}

TEST_CASE("rules of an emergency count in place of the role's, and for nobody else") {
  const auto file = policy::read_role_file(
      "nurse.json",
      R"({"role":"nurse","description":"x","rules":[{"allow":"read","types":"Observation"}],)"
      R"("emergency":{"allow":"read","rules":[{"allow":"read","types":"Condition"}]}})");
  REQUIRE(file);
  const auto made = policy::Policies::make({*file}, definitions());
  REQUIRE(made);
  const auto extent = [&](const policy::Role* role, std::string_view type) {
    return role->permission(type, policy::interaction_read, {}, definitions()).extent;
  };
  CHECK(extent((*made)->role("nurse"), "Observation") == policy::Extent::all);
  CHECK(extent((*made)->role("nurse"), "Condition") == policy::Extent::none);
  CHECK(extent((*made)->role_in_emergency("nurse"), "Observation") == policy::Extent::none);
  CHECK(extent((*made)->role_in_emergency("nurse"), "Condition") == policy::Extent::all);
  CHECK((*made)->role_in_emergency("billing") == nullptr);
}

TEST_CASE("a folder of role files takes the place of the program's") {
  const auto none = policy::read_role_files("/nonexistent-folder");
  REQUIRE_FALSE(none);
  CHECK(none.error().type == fhir::IssueType::not_found);
  const auto own = policy::read_role_files(std::string(MEDISYNC_SOURCE_DIR) + "/profiles/roles");
  REQUIRE(own);
  CHECK((*own)->size() == security::k_roles.size());
}
