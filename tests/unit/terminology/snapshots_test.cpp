// One snapshot after another: what the later shares with the earlier, and what it reads anew.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core_definitions.h"
#include "terminology/value_set.h"

namespace {

using fhir::Membership;
using terminology::Terminology;

std::shared_ptr<const fhir::DefinitionStore> with(std::vector<std::string> resources) {
  auto store = core_definitions()->with(resources);
  if (!store) FAIL(store.error().diagnostics);
  return *store;
}

std::string code_system(std::string_view code) {
  return R"({"resourceType":"CodeSystem","id":"s","url":"urn:s","version":"1","status":"active",
    "content":"complete","valueSet":"urn:all-of-s","concept":[{"code":")" +
         std::string(code) + R"("}]})";
}

std::string value_set(std::string_view url, std::string_view include) {
  return R"({"resourceType":"ValueSet","id":"v","url":")" + std::string(url) +
         R"(","version":"1","status":"active","compose":{"include":[)" + std::string(include) +
         "]}}";
}

const std::string k_direct = value_set("urn:direct", R"({"system":"urn:s"})");
const std::string k_import = value_set("urn:import", R"({"valueSet":["urn:direct"]})");
const std::string k_implicit = value_set("urn:implicit", R"({"valueSet":["urn:all-of-s"]})");
const std::string k_gender = "http://hl7.org/fhir/ValueSet/administrative-gender";

Membership has(const Terminology& terminology, std::string_view set, std::string_view code) {
  const fhir::CodeSet* found = terminology.value_set(set);
  return found == nullptr
             ? Membership::unknown
             : found->contains({.system = "urn:s", .version = {}, .code = code, .display = {}});
}

}  // namespace

TEST_CASE("a later snapshot shares what was read and has not changed") {
  const auto before = Terminology::make(with({code_system("a"), k_direct}));
  const auto* gender = before->value_set(k_gender);
  const auto* direct = before->value_set("urn:direct");
  const auto after = Terminology::make(with({value_set("urn:other", "")}), before.get());
  CHECK(after->value_set(k_gender) == gender);
  CHECK(after->value_set("urn:direct") == nullptr);
  const auto again = Terminology::make(with({code_system("a"), k_direct}), after.get());
  CHECK(again->value_set(k_gender) == gender);
  CHECK(again->value_set("urn:direct") != direct);
}

TEST_CASE("a code system that changes is seen by every value set that stands on it") {
  auto before = Terminology::make(with({code_system("a"), k_direct, k_import, k_implicit}));
  for (const char* set : {"urn:direct", "urn:import", "urn:implicit", "urn:all-of-s"})
    CHECK(has(*before, set, "a") == Membership::yes);
  const auto after =
      Terminology::make(with({code_system("b"), k_direct, k_import, k_implicit}), before.get());
  before = nullptr;  // nothing of it may be needed any more
  for (const char* set : {"urn:direct", "urn:import", "urn:implicit", "urn:all-of-s"}) {
    CAPTURE(set);
    CHECK(has(*after, set, "a") == Membership::no);
    CHECK(has(*after, set, "b") == Membership::yes);
  }
}

TEST_CASE("what was missed and arrives is found, what leaves is missed") {
  const auto without = Terminology::make(with({k_direct, k_import, k_implicit}));
  for (const char* set : {"urn:direct", "urn:import", "urn:implicit"})
    CHECK(has(*without, set, "a") == Membership::unknown);
  const auto complete =
      Terminology::make(with({code_system("a"), k_direct, k_import, k_implicit}), without.get());
  for (const char* set : {"urn:direct", "urn:import", "urn:implicit"}) {
    CAPTURE(set);
    CHECK(has(*complete, set, "a") == Membership::yes);
  }
  const auto reduced = Terminology::make(with({code_system("a"), k_import}), complete.get());
  CHECK(has(*reduced, "urn:import", "a") == Membership::unknown);
}

TEST_CASE("a supplement that arrives changes the code system that it adds to") {
  const std::string supplement =
      R"({"resourceType":"CodeSystem","id":"t","url":"urn:t","version":"1","status":"active",
    "content":"supplement","supplements":"urn:s","concept":[{"code":"a","designation":[
    {"language":"de","value":"Anfang"}]}]})";
  const auto before = Terminology::make(with({code_system("a"), k_direct}));
  const auto* system = before->code_system("urn:s");
  const auto* direct = before->value_set("urn:direct");
  const auto after =
      Terminology::make(with({code_system("a"), k_direct, supplement}), before.get());
  REQUIRE(after->code_system("urn:s") != nullptr);
  CHECK(after->code_system("urn:s") != system);
  CHECK(after->value_set("urn:direct") != direct);
}
