// A resource whose JSON has faults that a reading can go on after.
#include "fhir/model/faulty_json.h"

#include "fhir/formats/json_writer.h"
#include "xml_support.h"

using namespace xml_test;

namespace {

struct Reading {
  std::string json;  // empty: refused
  std::vector<fhir::Issue> issues;
};

Reading read(std::string text) {
  fhir::IssueList found;
  const auto document = fhir::read_faulty_json(std::move(text), core(), {}, found);
  Reading reading;
  if (document) reading.json = fhir::json::to_string(document->root());
  reading.issues = std::move(found.issues());
  return reading;
}

}  // namespace

TEST_CASE("of members of one name the first is read, and each other one is told in its place") {
  const Reading reading = read(
      "{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"A\"},\n"
      "{\"text\":\"B\",\"text\":\"C\",\"text\":\"D\"}],\n"
      "\"gender\":\"male\",\"gender\":\"female\"}");
  CHECK(reading.json ==
        R"({"resourceType":"Patient","name":[{"text":"A"},{"text":"B"}],"gender":"male"})");
  REQUIRE(reading.issues.size() == 3);
  CHECK(reading.issues[0].expression == "Patient.name[1]");
  CHECK(reading.issues[0].line == 2);
  CHECK(reading.issues[0].column == 13);
  CHECK(reading.issues[1].column == 24);
  CHECK(reading.issues[2].expression == "Patient");
  CHECK(reading.issues[2].line == 3);
  for (const fhir::Issue& issue : reading.issues) {
    CHECK(issue.severity == fhir::Severity::error);
    CHECK(issue.type == fhir::IssueType::structure);
  }
}

TEST_CASE("the expression goes through choices and resources inside") {
  const Reading reading =
      read(R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation",)"
           R"("valueQuantity":{"value":1,"value":2}}}]})");
  REQUIRE(reading.issues.size() == 1);
  CHECK(reading.issues[0].expression == "Bundle.entry[0].resource.value.ofType(Quantity)");
}

TEST_CASE("bytes that are no UTF-8 are read as U+FFFD, and told once with the first place") {
  const Reading reading = read("{\"resourceType\":\"Patient\",\n\"id\":\"a\xff\xfe\"}");
  CHECK(reading.json == "{\"resourceType\":\"Patient\",\"id\":\"a\xef\xbf\xbd\xef\xbf\xbd\"}");
  REQUIRE(reading.issues.size() == 1);
  CHECK(reading.issues[0].expression == "Patient");
  CHECK(reading.issues[0].line == 2);
  CHECK(reading.issues[0].column == 8);
}

TEST_CASE("what is no JSON is refused all the same, and so are faults without an end") {
  CHECK(read("{\"resourceType\":\"Patient\",}").json.empty());
  std::string many = R"({"resourceType":"Patient","id":"a")";
  for (std::size_t i = 0; i < fhir::k_read_faults_max; ++i) many += R"(,"id":"b")";
  CHECK_FALSE(read(many + "}").json.empty());
  CHECK(read(many + R"(,"id":"c"})").json.empty());
}

TEST_CASE("what is to be stored is read strictly") {
  CHECK_FALSE(fhir::json::Document::read(R"({"a":1,"a":2})").has_value());
  CHECK_FALSE(fhir::json::Document::read("{\"a\":\"\xff\"}").has_value());
}
