// What an import is kept as while it waits and works.
#include "src/bulk/import_request.h"

#include <doctest/doctest.h>

#include "src/bulk/import_state.h"
#include "src/bulk/manifest.h"

using namespace server::bulk;

TEST_CASE("a request is read as it was written") {
  ImportRequest request;
  request.inputs = {{"Patient", "https://a.example/\"p\"?x=1", "tag"}, {"", "", ""}};
  request.url = "https://b.example/fhir/$import";
  request.owner = "somebody";
  request.accepted_ms = 1'700'000'000'123;
  request.is_guarded = true;
  request.identity.client = "loader";
  request.identity.scopes = server::security::parse_scopes("system/*.cu");
  const auto read = read_import_request(to_json(request));
  REQUIRE(read);
  REQUIRE(read->inputs.size() == 2);
  CHECK(read->inputs[0].url == request.inputs[0].url);
  CHECK(read->inputs[0].etag == "tag");
  CHECK(read->accepted_ms == request.accepted_ms);
  CHECK(read->is_guarded);
  CHECK(read->identity.client == "loader");
  CHECK(server::security::text_of(read->identity.scopes) == "system/*.cu");
  for (const char* text : {"", "{", "[]", "{}", "null"}) CHECK_FALSE(read_import_request(text));
}

TEST_CASE("a state is read as it was written") {
  ImportState state;
  state.seed = "seed";
  state.inputs.push_back({{"Patient", "https://a.example/p", ""},
                          4'000'000'000,
                          5,
                          6,
                          {{"Group", 2}, {"Patient", 3}},
                          7,
                          true});
  state.lacking = {2, server::bulk::LackingState::Stage::at_large, 30, 4, 50, 60};
  const auto read = read_import_state(to_json(state));
  REQUIRE(read);
  REQUIRE(read->inputs.size() == 1);
  const InputState& one = read->inputs[0];
  CHECK(one.lines == 4'000'000'000);
  CHECK(one.imported == 5);
  CHECK(one.refused == 6);
  CHECK(one.error_bytes == 7);
  CHECK(one.is_done);
  CHECK(one.types == state.inputs[0].types);
  CHECK(read->lacking == state.lacking);
  for (const char* text : {"", "{", "[]", "{}"}) CHECK_FALSE(read_import_state(text));
}

TEST_CASE("the files of an export's manifest") {
  const auto inputs = inputs_of_manifest(
      R"({"output":[{"type":"Patient","url":"https://a/1"},{"url":"https://a/2"}],"error":[{"url":"x"}]})",
      10);
  REQUIRE(inputs);
  REQUIRE(inputs->size() == 2);
  CHECK((*inputs)[0].type == "Patient");
  CHECK((*inputs)[1].url == "https://a/2");
  CHECK(inputs_of_manifest(R"({"output":[{"url":"1"},{"url":"2"}]})", 1).error().type ==
        fhir::IssueType::too_costly);
  for (const char* text : {"", "[]", "{}", R"({"output":1})"})
    CHECK_FALSE(inputs_of_manifest(text, 10));
}

TEST_CASE("a manifest of an import tells inputs, and files of what was refused") {
  Manifest manifest;
  manifest.transaction_ms = 1'700'000'000'000;
  manifest.files = {{FileKind::output, "Patient", "", 5, "https://a/1"},
                    {FileKind::error, "OperationOutcome", "error.1.ndjson", 2, "https://a/1"}};
  const std::string text = to_json(manifest, "https://here/");
  CHECK(text.find(R"({"type":"Patient","inputUrl":"https://a/1","count":5})") != text.npos);
  CHECK(text.find(R"("url":"https://here/error.1.ndjson")") != text.npos);
  const auto read = read_manifest(to_json(manifest, ""));
  REQUIRE(read);
  CHECK(read->files[1].input == "https://a/1");
  CHECK(read->files[0].name.empty());
}
