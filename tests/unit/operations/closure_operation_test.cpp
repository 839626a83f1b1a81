// https://hl7.org/fhir/R4/terminology-service.html#closure
#include "src/operations/closure.h"

#include "invoke.h"
#include "notes_double.h"

using testing::has;
using testing::text;

namespace {

const std::string k_act_code = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

class Client {
 public:
  fhir::Result<std::string> ask(const std::string& more, const std::string& name = "mine") {
    const server::operations::Services services{
        .definitions = core_definitions(),
        .terminology = {std::shared_ptr<void>(), &core_terminology()},
        .validator = nullptr,
        .store = &store_};
    const auto document = fhir::json::Document::read(
        R"({"resourceType":"Parameters","parameter":[)" + text("name", name) + more + "]}");
    REQUIRE(document);
    server::operations::Invocation invocation;
    invocation.parameters = &*document;
    invocation.services = &services;
    return server::operations::closure(invocation);
  }

  std::string answer(const std::string& more) {
    const auto result = ask(more);
    REQUIRE_MESSAGE(result, (result ? "" : result.error().diagnostics));
    return *result;
  }

  std::string failure(const std::string& more, const std::string& name = "mine") {
    const auto result = ask(more, name);
    return result ? std::string() : std::string(code_of(result.error().type));
  }

 private:
  testing::NotesDouble store_;
};

std::string concept_of(const std::string& code) {
  return R"(,{"name":"concept","valueCoding":{"system":")" + k_act_code + R"(","code":")" + code +
         R"("}})";
}

}  // namespace

TEST_CASE("closure gives what is new: that one code of the table subsumes another") {
  Client client;
  CHECK(has(client.answer(""), R"("version":"0")"));
  CHECK_FALSE(has(client.answer(concept_of("AMB")), R"("group")"));
  const std::string second = client.answer(concept_of("_ActEncounterCode") + concept_of("CASH"));
  CHECK(has(second, R"("version":"2")"));
  CHECK(has(
      second,
      R"("element":[{"code":"AMB","target":[{"code":"_ActEncounterCode","equivalence":"subsumes"}]}])"));
  CHECK_FALSE(has(client.answer(concept_of("AMB")), R"("group")"));
}

TEST_CASE("closure tells again what came since a version, and begins anew without a concept") {
  Client client;
  client.answer("");
  client.answer(concept_of("AMB") + concept_of("_ActEncounterCode"));
  client.answer(concept_of("EMER"));
  const std::string since = client.answer("," + text("version", "1"));
  CHECK(has(since, R"("code":"EMER")"));
  CHECK_FALSE(has(since, R"({"code":"AMB","target")"));
  CHECK(has(client.answer("," + text("version", "0")), R"({"code":"AMB","target")"));
  CHECK(has(client.answer(""), R"("version":"0")"));
  CHECK_FALSE(has(client.answer("," + text("version", "0")), R"("group")"));
}

TEST_CASE("closure refuses an unknown table, code, system or version") {
  Client client;
  CHECK(client.failure(concept_of("AMB")) == "not-found");
  CHECK(client.failure("", "") == "required");
  CHECK(client.failure("", std::string(300, 'n')) == "too-long");
  client.answer("");
  CHECK(client.failure(concept_of("no-such")) == "code-invalid");
  CHECK(client.failure(R"(,{"name":"concept","valueCoding":{"system":"urn:no","code":"a"}})") ==
        "not-found");
  CHECK(client.failure("," + text("version", "7")) == "value");
  CHECK(client.failure(concept_of("AMB") + "," + text("version", "0")) == "invalid");
  CHECK(has(client.answer(concept_of("AMB")), R"("version":"1")"));
}
