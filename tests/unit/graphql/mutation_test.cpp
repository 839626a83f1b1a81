// https://hl7.org/fhir/R4/graphql.html#mutations
#include <doctest/doctest.h>

#include "fixture.h"

namespace {

using namespace graphql_test;

std::string change_of(std::string_view document, std::string_view variables = "{}") {
  MapSource from;
  const auto got = run(document, from, true, variables);
  CHECK(got.first() == "");
  REQUIRE(from.changes.size() == 1);
  return from.changes.front();
}

}  // namespace

TEST_CASE("an argument becomes a resource: lists of one, names, variables, what is null") {
  CHECK(change_of(R"(mutation { PatientCreate(res: {active: true, gender: male, name: {given: "A"},
      multipleBirthInteger: 2, birthDate: null}) { location } })") ==
        R"(Patient/ {"resourceType":"Patient","active":true,"gender":"male",)"
        R"("name":[{"given":["A"]}],"multipleBirthInteger":2})");
  CHECK(change_of(R"(mutation($n: HumanName_Input, $g: code) { PatientUpdate(id: "p", res: {id: "p",
      name: [$n], gender: $g, contained: {resourceType: "Organization", alias: "x"}}) { location } })",
                  R"({"n":{"family":"F","given":["A","B"]},"g":"other"})") ==
        R"(Patient/p {"resourceType":"Patient","id":"p","name":[{"family":"F","given":["A","B"]}],)"
        R"("gender":"other","contained":[{"resourceType":"Organization","alias":["x"]}]})");
}

TEST_CASE("fields are done in their order, and what is read after a change is new") {
  MapSource from;
  const auto got = run(R"(mutation {
      one: PatientUpdate(id: "p", res: {gender: "male"}) { location resource { gender } }
      two: PatientDelete(id: "p") { resource { id } information { resourceType } }
      three: PractitionerCreate(res: {gender: "other"}) { resource { gender } } })",
                       from, true);
  CHECK(
      got.data ==
      R"({"one":{"location":"Patient/p/_history/1","resource":{"gender":"male"}},)"
      R"("two":{"information":{"resourceType":"OperationOutcome"}},"three":{"resource":{"gender":"other"}}})");
  CHECK(from.changes.size() == 3);
}

TEST_CASE("a mutation has fields of its own") {
  MapSource from;
  CHECK(run("mutation { Patient(id: p) { id } }", from, true).errors.size() == 1);
  CHECK(run("{ PatientDelete(id: p) { location } }", from, true).errors.size() == 1);
  CHECK(run("mutation { PatientDelete { location } }", from, true).errors.size() == 1);
  CHECK(run("mutation { PatientCreate(res: [1]) { location } }", from, true).errors.size() == 1);
  for (const char* type : {"\"Group\"", "Group", "1", "[\"Patient\"]", "$t"}) {
    CAPTURE(type);
    const std::string variables = type[0] == '$' ? "($t: code)" : "";
    const std::string text = "mutation" + variables +
                             " { PatientCreate(res: {resourceType: " + std::string(type) +
                             "}) { location } }";
    CHECK(run(text, from, true, R"({"t": "Group"})").errors.size() == 1);
  }
  CHECK(from.changes.empty());
}

TEST_CASE("a variable in many places is not multiplied without end") {
  std::string text = "mutation($n: string) { PatientCreate(res: {name: {given: [";
  for (int i = 0; i < 200; ++i) text += "$n, ";
  text += "]}}) { location } }";
  const std::string variables = R"({"n":")" + std::string(1 << 20, 'x') + R"("})";
  MapSource from;
  const auto got = run(text, from, true, variables);
  REQUIRE(got.errors.size() == 1);
  CHECK(got.errors.front().issue.type == fhir::IssueType::too_costly);
  CHECK(from.changes.empty());
  // Nor in many fields.
  text = "mutation($n: string) { ";
  for (int i = 0; i < 200; ++i)
    text += "a" + std::to_string(i) + ": PatientCreate(res: {language: $n}) { location } ";
  const auto many = run(text + "}", from, true, variables);
  REQUIRE(many.errors.size() == 1);
  CHECK(many.errors.front().issue.type == fhir::IssueType::too_costly);
  CHECK(from.changes.empty());
}
