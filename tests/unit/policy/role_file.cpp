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

TEST_CASE("a folder of role files takes the place of the program's") {
  const auto none = policy::read_role_files("/nonexistent-folder");
  REQUIRE_FALSE(none);
  CHECK(none.error().type == fhir::IssueType::not_found);
  const auto own = policy::read_role_files(std::string(MEDISYNC_SOURCE_DIR) + "/profiles/roles");
  REQUIRE(own);
  CHECK((*own)->size() == security::k_roles.size());
}
