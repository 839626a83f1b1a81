// https://hl7.org/fhir/R4/graphql.html
#include "src/graphql/executor.h"

#include "fixture.h"
#include "src/graphql/paging.h"

using namespace graphql_test;

TEST_CASE("a null keeps the places of primitives with extensions alone") {
  CHECK(run("{ name { given _given { id } } }").data ==
        R"({"name":[{"given":["B","C"]},{"given":[null,"D"],"_given":[{"id":"x"},null]}]})");
  CHECK(run("{ _birthDate { id } }").data == R"({"_birthDate":{"id":"bd"}})");
}

TEST_CASE("names of types") {
  CHECK(run("{ __typename resourceType name(_count: 1) { __typename } }").data ==
        R"({"__typename":"Patient","resourceType":"Patient","name":[{"__typename":"HumanName"}]})");
  MapSource from;
  CHECK(run("{ __typename PatientConnection { __typename edges { __typename } } }", from, true)
            .data ==
        R"({"__typename":"Query","PatientConnection":{"__typename":"PatientConnection",)"
        R"("edges":[{"__typename":"PatientEdge"}]}})");
}

TEST_CASE("a reference leads to a contained resource, to one of the source, or to an error") {
  CHECK(run("{ managingOrganization { resource { ... on Organization { name } } } }").data ==
        R"({"managingOrganization":{"resource":{"name":"Inside"}}})");
  const Run none = run("{ generalPractitioner { resource { id } } }");
  REQUIRE(none.errors.size() == 1);
  CHECK(none.errors[0].issue.type == fhir::IssueType::not_found);
  CHECK(none.errors[0].path ==
        std::vector<std::string>{"\"generalPractitioner\"", "1", "\"resource\""});
  CHECK(run("{ generalPractitioner { resource(optional: true, type: Practitioner) { gender } } }")
            .data == R"({"generalPractitioner":[{"resource":{"gender":"female"}},{}]})");
}

TEST_CASE("a field of any resource is valid when a target of the reference has it") {
  CHECK(run("{ managingOrganization { resource { name } } }").data ==
        R"({"managingOrganization":{"resource":{"name":"Inside"}}})");
  CHECK(run("{ managingOrganization { resource { birthDate } } }").first() ==
        "1:37 Type Resource has no field birthDate");
}

TEST_CASE("a resource is read once however often it is asked for") {
  MapSource from;
  CHECK(run("{ a: generalPractitioner(_count: 1) { resource { id } }"
            "  b: generalPractitioner(_count: 1) { resource { id } } }",
            from)
            .errors.empty());
  CHECK(from.reads == 2);  // the patient and the practitioner
}

TEST_CASE("arguments become search parameters") {
  MapSource from;
  run(R"({ ConditionList(clinical_status: active, code: ["a|b", "c,d"], _sort: "-code,_id",
                         _lastUpdated: "ge2020") { id } })",
      from, true);
  run("{ ConditionList(_reference: patient, _count: 3) { id } }", from);
  CHECK(from.searches ==
        std::vector<std::string>{R"(Condition&clinical-status=active&code=a|b,c\,d&_sort=-code,_id)"
                                 "&_lastUpdated=ge2020",
                                 "Condition&patient=Patient/p"});
}

TEST_CASE("@flatten of what does not repeat keeps single values single") {
  CHECK(run("{ managingOrganization @flatten { reference } }").data == R"({"reference":"#o"})");
}

TEST_CASE("a page's start is read back as it was written") {
  PageStart start;
  start.type = "Patient";
  start.parameters = {{"name", "a\"b"}};
  start.pagesize = 10;
  const PageStart third = next_page(next_page(start, "two", 10), "three", 10);
  const auto read = read_page_start(write_page_start(third), "Patient");
  REQUIRE(read);
  CHECK(read->cursor == "three");
  CHECK(read->offset == 20);
  CHECK(read->parameters == start.parameters);
  CHECK(previous_page(*read)->cursor == "two");
  CHECK(previous_page(*previous_page(*read))->cursor.empty());
  CHECK_FALSE(previous_page(first_page(*read)));
  CHECK_FALSE(read_page_start(write_page_start(third), "Group"));
  for (const char* bad : {"", "[]", "{}", R"({"t":"Patient","n":-1,"o":0,"q":[],"p":[]})",
                          R"({"t":"Patient","n":1,"o":0,"q":["a"],"p":[]})"})
    CHECK_FALSE(read_page_start(bad, "Patient"));
}

TEST_CASE("an execution ends at its deadline") {
  MapSource from;
  std::string body = R"({"resourceType":"Patient","id":"p","name":[)";
  for (int i = 0; i < 1000; ++i) body += R"({"family":"x"},)";
  body += "{}]}";
  const auto document = parse("{ name { family } }");
  Services services;
  services.schema = &schema();
  services.source = &from;
  services.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  const auto data = execute_over(*document, document->operations[0], {}, services, body);
  REQUIRE_FALSE(data);
  CHECK(data.error()[0].issue.type == fhir::IssueType::timeout);
}
