// https://spec.graphql.org/June2018/#sec-Validation https://hl7.org/fhir/R4/graphql.html#errors
#include "src/graphql/validator.h"

#include "fixture.h"

using namespace graphql_test;

TEST_CASE("fields that are not valid are errors where they stand") {
  CHECK(run("{ nme }").first() == "1:3 Type Patient has no field nme");
  CHECK(run("{ name { given { x } } }").first() ==
        "1:10 Field given of HumanName has no fields to select");
  CHECK(run("{ name }").first() == "1:3 Field name of Patient needs a selection of fields");
  CHECK(run("{ contact { name { nope } } }").first() == "1:20 Type HumanName has no field nope");
  CHECK(run("{ contact { nope } }").first() == "1:13 Type PatientContact has no field nope");
  CHECK(run("{ deceased }").first() == "1:3 Type Patient has no field deceased");
  CHECK(run("{ _name { id } }").first() == "1:3 Type Patient has no field _name");
}

TEST_CASE("arguments, directives and types that are not known are errors") {
  CHECK(run("{ name(x: 1) { use } }").first() == "1:8 Argument x of field name is not known");
  CHECK(run("{ name(use: [a]) { use } }").first() ==
        "1:8 Argument use of field name takes a single value");
  CHECK(run("{ name(_count: -1) { use } }").first() ==
        "1:8 Argument _count of field name takes a whole number from 0");
  CHECK(run("{ id @nope }").first() == "1:6 There is no directive @nope");
  CHECK(run("{ id @skip }").first() == "1:6 @skip needs the argument if");
  CHECK(run("{ id @skip(if: 1) }").first() == "1:12 Argument if of @skip takes true or false");
  CHECK(run("{ id @first @first }").first() == "1:13 @first is given more than once");
  CHECK(run("{ ... @flatten { id } }").first() == "1:7 @flatten applies to fields only");
  CHECK(run("{ id @flatten }").first() ==
        "1:3 Field id of Patient has no fields to put in its place");
  CHECK(run("{ ... on Nope { id } }").first() == "1:3 There is no type Nope");
}

TEST_CASE("fragments exist, end, are used and can apply") {
  CHECK(run("{ ...a }").first() == "1:3 There is no fragment a");
  CHECK(run("{ id } fragment a on Patient { id }").first() == "1:8 Nothing uses the fragment a");
  CHECK(run("{ ...a } fragment a on Patient { ...b } fragment b on Patient { ...a }").first() ==
        "1:65 Fragment a is spread within itself");
  CHECK(run("{ ... on Group { name } }").first() ==
        "1:3 A fragment on Group can never apply to Patient");
  CHECK(run("{ ...a } fragment a on Nope { id }").first() == "1:10 There is no type Nope");
  CHECK(run("{ ... on Resource { id } ... on DomainResource { active } }").data ==
        R"({"id":"p","active":true})");
}

TEST_CASE("two fields under one key ask for the same") {
  CHECK(run("{ name { use } name { family } }").data ==
        R"({"name":[{"use":"official","family":"A"},{"use":"usual"}]})");
  CHECK(run("{ id id: active }").first() ==
        "1:6 Two different fields would be id: give one an alias");
  CHECK(run("{ name(use: usual) { use } name { use } }").first() ==
        "1:28 Field name is asked for twice with different arguments: give one an alias");
  CHECK(run("{ name { x: use } ...a } fragment a on Patient { name { x: family } }").first() ==
        "1:57 Two different fields would be x: give one an alias");
}

TEST_CASE("fields under one key are compared among those of each type") {
  // The first is of another type, and may differ.
  CHECK(run("{ generalPractitioner { resource { ... on Organization { x: name }"
            " ... on Practitioner { x: gender } ... on Practitioner { x: active } } } }")
            .first() == "1:124 Two different fields would be x: give one an alias");
}

TEST_CASE("a chain of thousands of fragments is too deep, and no more") {
  std::string text = "{ ...f0 }";
  for (int i = 0; i < 5000; ++i)
    text += "fragment f" + std::to_string(i) + " on Patient{...f" + std::to_string(i + 1) + "}";
  const Run chain = run(text + "fragment f5000 on Patient{id}");
  REQUIRE_FALSE(chain.errors.empty());
  CHECK(chain.errors[0].issue.type == fhir::IssueType::too_costly);
}

TEST_CASE("variables are declared, used, and of their type") {
  MapSource from;
  CHECK(run("{ name(use: $u) { use } }").first() == "1:13 The operation declares no variable $u");
  CHECK(run("query($u: code) { id }").first() == "1:7 Nothing uses the variable $u");
  CHECK(run("query($u: Patient) { name(use: $u) { use } }").first() ==
        "1:7 Variable $u is not of a type for input");
  CHECK(run("query($u: code!) { name(use: $u) { use } }").first() ==
        "1:7 Variable $u was given no value");
  const char* query = "query($n: Int = 1) { name(_count: $n) { use } }";
  CHECK(run(query).data == R"({"name":[{"use":"official"}]})");
  CHECK(run(query, from, false, R"({"n":2})").data ==
        R"({"name":[{"use":"official"},{"use":"usual"}]})");
  CHECK(run(query, from, false, R"({"n":"2"})").first() ==
        "1:7 Variable $n was given a value that is not of its type");
  CHECK(run(query, from, false, R"({"n":2.5})").errors.size() == 1);
}

TEST_CASE("the operation is one, or named") {
  CHECK(run("query a { id } query b { id }").first() ==
        "0:0 The document has several operations: operationName tells which to run");
  CHECK(run("subscription { id }").errors.front().issue.type == fhir::IssueType::not_supported);
}

TEST_CASE("several errors are told at once, and not without end") {
  CHECK(run("{ a b c }").errors.size() == 3);
  std::string many = "{";
  for (int i = 0; i < 500; ++i) many += " a" + std::to_string(i);
  CHECK(run(many + " }").errors.size() == 50);
}

TEST_CASE("fragments that double at every level end at a limit") {
  std::string text = "{ ...f0 }";
  for (int i = 0; i < 30; ++i) {
    const std::string next = "{ ...f" + std::to_string(i + 1) + " }";
    text += " fragment f" + std::to_string(i) + " on Extension { a: extension " + next +
            " b: extension " + next + " }";
  }
  text += " fragment f30 on Extension { url }";
  text.replace(0, 9, "{ extension { ...f0 } }");
  CHECK(run(text).errors.front().issue.type == fhir::IssueType::too_costly);
}
