// https://hl7.org/fhir/R4/codesystem-operation-find-matches.html,
// https://hl7.org/fhir/R4/namingsystem-operation-preferred-id.html
#include "invoke.h"
#include "src/operations/preferred_id.h"
#include "unit/terminology/definitions_double.h"

using testing::answer;
using testing::failure;
using testing::has;
using testing::text;

namespace {

const std::string k_act_code = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

std::string property(const std::string& code, const std::string& value) {
  return R"({"name":"property","part":[{"name":"code","valueCode":")" + code +
         R"("},{"name":"value","valueString":")" + value + R"("}]})";
}

std::string matches(const std::string& parameters) {
  return answer("CodeSystem", "find-matches", text("system", k_act_code) + "," + parameters);
}

}  // namespace

TEST_CASE("find-matches gives the codes that have all properties") {
  const std::string found =
      matches(text("exact", "true") + "," + property("parent", "_ActAccountCode"));
  CHECK(has(found, R"("code":"ACCTRECEIVABLE")"));
  CHECK_FALSE(has(found, R"("code":"AMB")"));
  CHECK_FALSE(has(found, R"("name":"unmatched")"));
  CHECK(
      has(matches(text("exact", "true") + "," + property("display", "Cash")), R"("code":"CASH")"));
}

TEST_CASE("find-matches that need not be exact says which properties are not met") {
  const std::string found = matches(text("exact", "false") + "," + property("code", "AMB") + "," +
                                    property("display", "Nothing"));
  CHECK(has(found, R"("code":"AMB")"));
  CHECK(has(found, R"({"name":"unmatched","part":[{"name":"code","valueCode":"display"})"));
}

TEST_CASE("find-matches says how much of what was asked a code has, composed or not") {
  const std::string found = matches(text("exact", "true") + "," + text("compositional", "true") +
                                    "," + property("code", "AMB"));
  CHECK(has(found, R"("code":"AMB")"));
  CHECK(has(found, R"({"name":"comment","valueString":"1 of 1 property matches"})"));
}

TEST_CASE("find-matches refuses what is missing or not served") {
  const std::string system = text("system", k_act_code) + ",";
  CHECK(failure("CodeSystem", "find-matches", system + property("code", "AMB")) == "required");
  CHECK(failure("CodeSystem", "find-matches", system + text("exact", "true")) == "required");
  CHECK(failure("CodeSystem", "find-matches",
                text("system", "urn:no") + "," + text("exact", "true") + "," +
                    property("code", "a")) == "not-found");
}

TEST_CASE("preferred-id gives another identifier of the same naming system") {
  const std::vector<std::string> systems = {
      R"({"resourceType":"NamingSystem","id":"a","name":"A","status":"active","uniqueId":[
          {"type":"oid","value":"2.999.1"},{"type":"uri","value":"urn:old"},
          {"type":"uri","value":"http://example.org/a","preferred":true}]})",
      R"({"resourceType":"NamingSystem","id":"b","name":"B","status":"active","uniqueId":[
          {"type":"oid","value":"2.999.2"},{"type":"uri","value":"http://example.org/b"},
          {"type":"other","value":"shared"}]})",
      R"({"resourceType":"NamingSystem","id":"c","name":"C","status":"active","uniqueId":[
          {"type":"oid","value":"2.999.3"},{"type":"other","value":"shared"}]})"};
  const auto definitions = DefinitionsDouble::make(systems);
  const server::operations::Services services{.definitions = definitions};
  const auto ask = [&](const std::string& parameters) {
    const auto document = fhir::json::Document::read(
        R"({"resourceType":"Parameters","parameter":[)" + parameters + "]}");
    REQUIRE(document);
    server::operations::Invocation invocation;
    invocation.parameters = &*document;
    invocation.services = &services;
    return server::operations::preferred_id(invocation);
  };
  const auto id = [&](const std::string& given, const std::string& type) {
    const auto result = ask(text("id", given) + "," + text("type", type));
    return result ? *result : std::string(code_of(result.error().type));
  };
  for (const char* given : {"2.999.1", "urn:oid:2.999.1", "http://example.org/a", "urn:old"}) {
    CHECK(has(id(given, "uri"), R"("valueString":"http://example.org/a")"));
    CHECK(has(id(given, "oid"), R"("valueString":"2.999.1")"));
  }
  CHECK(id("2.999.1", "uuid") == "not-found");
  CHECK(id("2.999", "uri") == "not-found");
  CHECK(id("shared", "oid") == "multiple-matches");
  CHECK(id("2.999.1", "x") == "value");
  CHECK(ask(text("id", "2.999.1")).error().type == fhir::IssueType::required);
}
