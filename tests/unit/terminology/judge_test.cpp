// What a validator asks of a coding and of the value sets that a profile contains.
// https://hl7.org/fhir/R4/datatypes-definitions.html#Coding.display
#include <doctest/doctest.h>

#include "definitions_double.h"
#include "terminology/terminology.h"
#include "terminology/value_set.h"

using fhir::Membership;
using terminology::Terminology;

namespace {

const std::string k_system = R"({"resourceType":"CodeSystem","url":"http://example.org/s",
  "status":"active","content":"complete","concept":[{"code":"a","display":"Anna",
  "designation":[{"language":"de-CH","value":"Änni"}]}]})";

const std::string k_supplement = R"({"resourceType":"CodeSystem","url":"http://example.org/more",
  "status":"active","content":"complete","supplements":"http://example.org/s",
  "concept":[{"code":"a","designation":[{"value":"Annie"}]}]})";

const std::string k_profile = R"({"resourceType":"StructureDefinition",
  "url":"http://example.org/p","contained":[{"resourceType":"ValueSet","id":"v","status":"draft",
  "compose":{"include":[{"system":"http://example.org/s","concept":[
    {"code":"a","display":"Her"}]}]}}]})";

fhir::CodingVerdict judge(std::string_view display) {
  const auto terms = Terminology::make(DefinitionsDouble::make({k_system, k_supplement}));
  auto verdict = terms->judge({.system = "http://example.org/s", .code = "a", .display = display});
  // The text is the terminology's: only whether there is any outlives it.
  if (!verdict.right_display.empty()) verdict.right_display = "another";
  return verdict;
}

}  // namespace

TEST_CASE("A display is right when the code system or a supplement to it gives it, in any case") {
  for (const std::string_view right : {"", "Anna", "anna", "Änni", "Annie"}) {
    CAPTURE(right);
    CHECK(judge(right).membership == Membership::yes);
    CHECK(judge(right).right_display.empty());
  }
  CHECK_FALSE(judge("Bert").right_display.empty());
}

TEST_CASE("A code system that supplements another is no system of codes, whatever its content") {
  const auto terms = Terminology::make(DefinitionsDouble::make({k_system, k_supplement}));
  CHECK(terms->judge({.system = "http://example.org/more", .code = "a"}).is_supplement);
  CHECK_FALSE(terms->judge({.system = "http://example.org/s", .code = "a"}).is_supplement);
  CHECK_FALSE(terms->judge({.system = "http://example.org/other", .code = "a"}).is_supplement);
}

TEST_CASE("A code system says in which languages it has displays; without a word in English") {
  const auto terms = Terminology::make(DefinitionsDouble::make({k_system}));
  CHECK(terms->has_display_in("http://example.org/s", "a", "en-US"));
  CHECK(terms->has_display_in("http://example.org/s", "a", "de"));
  CHECK_FALSE(terms->has_display_in("http://example.org/s", "a", "fr"));
}

TEST_CASE("A value set that a profile contains is found by the profile's url and its id") {
  const auto terms = Terminology::make(DefinitionsDouble::make({k_system, k_profile}));
  const fhir::CodeSet* set = terms->value_set("http://example.org/p#v");
  REQUIRE(set != nullptr);
  CHECK(set->contains({.system = "http://example.org/s", .code = "a"}) == Membership::yes);
  CHECK(set->contains({.system = "http://example.org/s", .code = "b"}) == Membership::no);
  CHECK(set->has_display({.system = "http://example.org/s", .code = "a", .display = "Her"}));
  CHECK(terms->value_set("http://example.org/p#w") == nullptr);
  CHECK(terms->value_set("#v") == nullptr);
}
