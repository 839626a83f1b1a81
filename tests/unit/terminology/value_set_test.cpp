// https://hl7.org/fhir/R4/valueset.html
#include <doctest/doctest.h>

#include <string>

#include "animals.h"
#include "definitions_double.h"
#include "terminology/expand.h"
#include "terminology/scope.h"
#include "terminology/terminology.h"
#include "terminology/validate_code.h"
#include "terminology/value_set.h"

using fhir::IssueType;
using fhir::Membership;
using terminology::Terminology;
using terminology::ValueSet;

namespace {

std::shared_ptr<const Terminology> with_sets(std::vector<std::string> sets) {
  sets.push_back(animals());
  return Terminology::make(DefinitionsDouble::make(sets));
}

std::string codes_of(const ValueSet& set) {
  const auto members = set.members(1000);
  if (!members) return "error: " + std::string(code_of(members.error().type));
  std::string text;
  for (const auto& member : *members) text += (text.empty() ? "" : " ") + std::string(member.code);
  return text;
}

/// The codes of a value set with this one include, as written in compose.include.
std::string included(const std::string& include) {
  const auto terminology = with_sets({value_set("urn:set", R"({"include":[)" + include + "]}")});
  return codes_of(*terminology->find_value_set("urn:set"));
}

std::string filtered(const std::string& property, const std::string& op, const std::string& value) {
  return included(R"({"system":"urn:animals","filter":[{"property":")" + property + R"(","op":")" +
                  op + R"(","value":")" + value + R"("}]})");
}

Membership asks(const Terminology& terminology, std::string_view system, std::string_view code,
                std::string_view set = "urn:set") {
  return terminology.value_set(set)->contains({.system = system, .code = code});
}

}  // namespace

TEST_CASE("An include without concepts and filters has the whole code system") {
  CHECK(included(R"({"system":"urn:animals"})") == "animal mammal dog cat bird duck dodo platypus");
}

TEST_CASE("An include with concepts has just these, in their order") {
  CHECK(included(R"({"system":"urn:animals","concept":[{"code":"duck"},{"code":"dog"}]})") ==
        "duck dog");
}

TEST_CASE("Every filter operator of R4 does what its definition says") {
  CHECK(filtered("concept", "is-a", "bird") == "bird duck dodo platypus");
  CHECK(filtered("concept", "descendent-of", "bird") == "duck dodo platypus");
  CHECK(filtered("concept", "is-not-a", "mammal") == "animal bird duck dodo");
  CHECK(filtered("concept", "generalizes", "dog") == "animal mammal dog");
  CHECK(filtered("code", "regex", "d[ou].*") == "dog duck dodo");
  CHECK(filtered("code", "regex", "d") == "");
  CHECK(filtered("legs", "=", "4") == "dog cat");
  CHECK(filtered("legs", "in", "2, 4") == "dog cat duck");
  CHECK(filtered("legs", "not-in", "4") == "animal mammal bird duck dodo platypus");
  CHECK(filtered("legs", "exists", "true") == "dog cat duck");
  CHECK(filtered("legs", "exists", "false") == "animal mammal bird dodo platypus");
  CHECK(filtered("parent", "=", "mammal") == "dog cat platypus");
  CHECK(filtered("child", "=", "duck") == "bird");
  CHECK(filtered("inactive", "=", "true") == "dodo");
  CHECK(filtered("display", "=", "Cat") == "cat");
}

TEST_CASE("Filters of one include must all hold") {
  CHECK(included(R"({"system":"urn:animals","filter":[
          {"property":"concept","op":"is-a","value":"mammal"},
          {"property":"legs","op":"=","value":"4"}]})") == "dog cat");
}

TEST_CASE("A filter that cannot be understood is an error, and leaves every code open") {
  CHECK(filtered("concept", "is-a", "fish") == "error: not-found");
  CHECK(filtered("concept", "near", "dog") == "error: code-invalid");
  CHECK(filtered("code", "regex", "(") == "error: invalid");
  CHECK(filtered("code", "=", "") == "error: invalid");
  const auto terminology = with_sets({value_set("urn:set", R"({"include":[{"system":"urn:animals",
      "filter":[{"property":"concept","op":"near","value":"dog"}]}]})")});
  CHECK(asks(*terminology, "urn:animals", "dog") == Membership::unknown);
  CHECK(asks(*terminology, "urn:other", "dog") == Membership::no);
}

TEST_CASE("Excluded codes are not in the set") {
  const auto terminology = with_sets({value_set("urn:set", R"({"include":[{"system":"urn:animals"}],
      "exclude":[{"system":"urn:animals","filter":[{"property":"concept","op":"is-a",
      "value":"mammal"}]},{"system":"urn:animals","concept":[{"code":"duck"}]}]})")});
  CHECK(codes_of(*terminology->find_value_set("urn:set")) == "animal bird dodo");
  CHECK(asks(*terminology, "urn:animals", "dog") == Membership::no);
  CHECK(asks(*terminology, "urn:animals", "bird") == Membership::yes);
}

TEST_CASE("Value sets within one include are intersected, includes are united") {
  const auto terminology = with_sets(
      {value_set(
           "urn:a",
           R"({"include":[{"system":"urn:animals","concept":[{"code":"dog"},{"code":"cat"}]}]})"),
       value_set(
           "urn:b",
           R"({"include":[{"system":"urn:animals","concept":[{"code":"cat"},{"code":"duck"}]}]})"),
       value_set("urn:both", R"({"include":[{"valueSet":["urn:a","urn:b"]}]})"),
       value_set("urn:either", R"({"include":[{"valueSet":["urn:a"]},{"valueSet":["urn:b"]}]})"),
       value_set("urn:and-system", R"({"include":[{"system":"urn:animals","valueSet":["urn:a"],
         "filter":[{"property":"concept","op":"is-not-a","value":"cat"}]}]})")});
  CHECK(codes_of(*terminology->find_value_set("urn:both")) == "cat");
  CHECK(codes_of(*terminology->find_value_set("urn:either")) == "dog cat duck");
  CHECK(codes_of(*terminology->find_value_set("urn:and-system")) == "dog");
  CHECK(asks(*terminology, "urn:animals", "dog", "urn:both") == Membership::no);
  CHECK(asks(*terminology, "urn:animals", "cat", "urn:both") == Membership::yes);
}

TEST_CASE("Value sets that include each other end, and stay open") {
  const auto terminology =
      with_sets({value_set("urn:a", R"({"include":[{"valueSet":["urn:b"]}]})"),
                 value_set("urn:b", R"({"include":[{"valueSet":["urn:a"]}]})")});
  CHECK(asks(*terminology, "urn:animals", "dog", "urn:a") == Membership::unknown);
  CHECK(codes_of(*terminology->find_value_set("urn:a")) == "error: processing");
}

TEST_CASE("Codes of a system that is not held are open unless compose lists them") {
  const auto terminology =
      with_sets({value_set("urn:set", R"({"include":[{"system":"urn:plants"}]})"),
                 value_set("urn:listed",
                           R"({"include":[{"system":"urn:plants","concept":[{"code":"oak"}]}]})")});
  CHECK(asks(*terminology, "urn:plants", "oak") == Membership::unknown);
  CHECK(asks(*terminology, "urn:animals", "oak") == Membership::no);
  CHECK(asks(*terminology, "urn:plants", "oak", "urn:listed") == Membership::yes);
  CHECK(asks(*terminology, "urn:plants", "elm", "urn:listed") == Membership::no);
}

TEST_CASE("A set's own expansion decides where compose cannot") {
  const std::string expansion =
      R"(,"expansion":{"contains":[{"system":"urn:plants","code":"oak"}]})";
  const std::string cut_short = R"(,"expansion":{"extension":[{"url":
      "http://hl7.org/fhir/StructureDefinition/valueset-toocostly","valueBoolean":true}],
      "contains":[{"system":"urn:plants","code":"oak"}]})";
  const std::string compose = R"({"include":[{"system":"urn:plants"}]})";
  const auto terminology = with_sets(
      {value_set("urn:whole", compose, expansion), value_set("urn:cut", compose, cut_short)});
  CHECK(asks(*terminology, "urn:plants", "oak", "urn:whole") == Membership::yes);
  CHECK(asks(*terminology, "urn:plants", "elm", "urn:whole") == Membership::no);
  CHECK(asks(*terminology, "urn:plants", "oak", "urn:cut") == Membership::yes);
  CHECK(asks(*terminology, "urn:plants", "elm", "urn:cut") == Membership::unknown);
}

TEST_CASE("A coding without a system matches nothing; a bare code matches in any system") {
  const auto terminology =
      with_sets({value_set("urn:set", R"({"include":[{"system":"urn:animals"}]})")});
  CHECK(asks(*terminology, "", "dog") == Membership::no);
  CHECK(terminology->value_set("urn:set")->contains_code("dog") == Membership::yes);
  CHECK(terminology->value_set("urn:set")->contains_code("") == Membership::no);
}

TEST_CASE("Implicit value sets hold all codes of their code system") {
  const auto terminology = with_sets({});
  CHECK(asks(*terminology, "urn:animals", "dog", "urn:animals?fhir_vs") == Membership::yes);
  CHECK(asks(*terminology, "urn:animals", "fish", "urn:all-animals") == Membership::no);
  CHECK(terminology->value_set("urn:plants?fhir_vs") == nullptr);
  CHECK(terminology->value_set("urn:nothing") == nullptr);
}

TEST_CASE("compose.inactive false leaves inactive codes out") {
  const auto terminology = with_sets({value_set("urn:set", R"({"inactive":false,
      "include":[{"system":"urn:animals"}]})")});
  CHECK(asks(*terminology, "urn:animals", "dodo") == Membership::no);
  CHECK(codes_of(*terminology->find_value_set("urn:set")).find("dodo") == std::string::npos);
}

TEST_CASE("More codes than the limit are too costly") {
  const auto terminology = with_sets({});
  const auto members = terminology->find_value_set("urn:all-animals")->members(7);
  REQUIRE(!members);
  CHECK(members.error().type == IssueType::too_costly);
}

TEST_CASE("An expansion is nested as its code system is, and flat when paged") {
  const auto terminology = with_sets({});
  const ValueSet& set = *terminology->find_value_set("urn:all-animals");
  const auto nested = terminology::expand(set, {});
  REQUIRE(nested);
  CHECK(nested->codes[2].code == "dog");
  CHECK(nested->codes[2].parent == 1);
  terminology::ExpandOptions page;
  page.offset = 2;
  page.count = 2;
  const auto paged = terminology::expand(set, page);
  REQUIRE(paged);
  CHECK(paged->total == 8);
  REQUIRE(paged->codes.size() == 2);
  CHECK(paged->codes[0].code == "dog");
  CHECK(paged->codes[0].parent == terminology::k_no_position);
  page.offset = 100;
  CHECK(terminology::expand(set, page)->codes.empty());
}

TEST_CASE("A text filter finds words in displays and designations, and the start of a code") {
  const auto terminology = with_sets({});
  const ValueSet& set = *terminology->find_value_set("urn:all-animals");
  terminology::ExpandOptions options;
  for (const char* text : {"hund", "DOG", "do"}) {
    options.text = text;
    const auto found = terminology::expand(set, options);
    REQUIRE(found);
    CHECK_MESSAGE(found->codes[0].code == "dog", text);
  }
  options.text = "dog cat";
  CHECK(terminology::expand(set, options)->total == 0);
}

TEST_CASE("Wrong displays are refused, inactive codes come with a warning") {
  const auto terminology = with_sets({});
  const ValueSet& set = *terminology->find_value_set("urn:all-animals");
  const terminology::Scope scope(*terminology, {});
  const auto verdict = [&](std::string_view code, std::string_view display,
                           bool allows_abstract = true) {
    terminology::CodeQuestion question;
    question.codings = {{.system = "urn:animals", .version = {}, .code = code, .display = display}};
    question.allows_abstract = allows_abstract;
    return *terminology::validate_code(scope, set, {}, question);
  };
  CHECK(verdict("dog", "").display == "Dog");
  CHECK(verdict("dog", "hund").result);
  CHECK_FALSE(verdict("dog", "Wolf").result);
  CHECK(verdict("dog", "Wolf").display == "Dog");
  CHECK(verdict("animal", "").result);
  CHECK_FALSE(verdict("animal", "", false).result);
  CHECK(verdict("dodo", "").result);
  CHECK(verdict("dodo", "").is_inactive);
  CHECK_FALSE(verdict("dodo", "").message.empty());
  CHECK_FALSE(verdict("fish", "").result);
}

TEST_CASE("A value set that is part of itself is no value set") {
  const auto terminology = with_sets({value_set("urn:a", R"({"include":[{"valueSet":["urn:b"]}]})"),
                                      value_set("urn:b", R"({"include":[{"system":"urn:animals"}],
                                        "exclude":[{"valueSet":["urn:a"]}]})")});
  const ValueSet& set = *terminology->find_value_set("urn:a");
  REQUIRE(set.problem());
  CHECK(set.problem()->message_id == "VALUESET_CIRCULAR_REFERENCE");
  CHECK_FALSE(terminology::expand(set, {}));
}
