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

TEST_CASE("an expression over a list is one by itself") {
  CHECK(run(R"({ name(fhirpath: "$index = 1 // the second") { family } })").data ==
        R"({"name":[{}]})");
  CHECK(run(R"({ name(fhirpath: "$this.use = 'usual'") { use } })").data ==
        R"({"name":[{"use":"usual"}]})");
  CHECK_FALSE(run(R"({ name(fhirpath: "true)).where((true") { use } })").errors.empty());
  CHECK_FALSE(run(R"({ name @slice(path: "use) | (use") { use } })").errors.empty());
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

namespace {

/// A patient with so many names, all alike.
std::string with_names(int count) {
  std::string body = R"({"resourceType":"Patient","id":"p","name":[)";
  for (int i = 0; i < count; ++i) body += R"({"family":"x"},)";
  return body + R"({"family":"y"}]})";
}

fhir::Result<std::string, Errors> run_over(std::string body, std::string_view source,
                                           std::chrono::seconds time) {
  MapSource from;
  const auto document = parse(source);
  Services services;
  services.schema = &schema();
  services.source = &from;
  services.deadline = std::chrono::steady_clock::now() + time;
  return execute_over(*document, document->operations[0], {}, services, std::move(body));
}

}  // namespace

TEST_CASE("an execution ends at its deadline, whether or not it has anything to show") {
  const std::chrono::seconds past{-1};
  for (const char* source : {"{ name { family } }", "{ name @flatten { text } }"}) {
    const auto data = run_over(with_names(1000), source, past);
    REQUIRE_FALSE(data);
    CHECK(data.error()[0].issue.type == fhir::IssueType::timeout);
  }
  const auto filtered = run_over(with_names(1), R"({ name(fhirpath: "true") { family } })", past);
  REQUIRE_FALSE(filtered);
  CHECK(filtered.error()[0].issue.type == fhir::IssueType::timeout);
}

TEST_CASE("a circle of references that shows nothing ends at a limit") {
  MapSource from;
  from.bodies["Patient/p"] = R"({"resourceType":"Patient","id":"p","generalPractitioner":[)"
                             R"({"reference":"Practitioner/d"}],"link":[{"other":)"
                             R"({"reference":"Patient/p"}},{"other":{"reference":"Patient/p"}},)"
                             R"({"other":{"reference":"Patient/p"}},{"other":)"
                             R"({"reference":"Patient/p"}},{"other":{"reference":"Patient/p"}}]})";
  std::string open, close;
  for (int i = 0; i < 12; ++i) {
    open += "{ link @flatten { other @flatten { resource(type: Patient) @flatten ";
    close += " } } }";
  }
  const Run circle = run(open + "{ birthDate }" + close, from);
  REQUIRE_FALSE(circle.errors.empty());
  CHECK(circle.errors[0].issue.type == fhir::IssueType::too_costly);
}

TEST_CASE("thousands of keys are told apart in a time that grows with their number") {
  std::string source = "{ name {";
  for (int i = 0; i < 9000; ++i) source += " a" + std::to_string(i) + ":use";
  const auto data = run_over(with_names(100), source + " family } }", std::chrono::seconds{30});
  REQUIRE(data);
  CHECK(data->ends_with(R"({"family":"y"}]})"));
}

TEST_CASE("many fields are merged as few are") {
  std::string fields;
  for (int i = 0; i < 60; ++i) fields += " a" + std::to_string(i) + ": use";
  const std::string source = "{ name @first {" + fields + fields + " } }";
  const Run merged = run(source);
  CHECK(merged.errors.empty());
  CHECK(merged.data == run("{ name @first {" + fields + " } }").data);
}
