// https://hl7.org/fhir/R4/http.html#trules
#include "src/rest/references.h"

#include <doctest/doctest.h>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"

namespace {

std::shared_ptr<const fhir::DefinitionStore> core() {
  static auto store = [] {
    fhir::LoadOptions options;
    options.sources = {MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples"};
    options.cache_folder = MEDISYNC_BINARY_DIR "/definitions";
    auto loaded = fhir::DefinitionStore::load(options);
    if (!loaded) FAIL(loaded.error().diagnostics);
    return *loaded;
  }();
  return store;
}

std::string replaced(std::string text) {
  auto document = fhir::json::Document::read(std::move(text));
  REQUIRE(document.has_value());
  fhir::Arena arena;
  const auto* type = core()->type(document->root().string_at("resourceType"));
  const auto value = server::rest::replace_links(
      document->root(), type, arena,
      [](std::string_view link, server::rest::LinkKind kind) -> std::optional<std::string_view> {
        if (kind == server::rest::LinkKind::reference_to_version) return "Patient/p/_history/1";
        if (link == "urn:uuid:1") return "Patient/p";
        return std::nullopt;
      });
  return fhir::json::to_string(value);
}

}  // namespace

TEST_CASE("references are replaced wherever they stand, all else is untouched") {
  CHECK(
      replaced(
          R"({"resourceType":"Observation","id":"o","subject":{"reference":"urn:uuid:1"},"performer":[{"reference":"urn:uuid:2"},{"reference":"urn:uuid:1"}],"valueQuantity":{"value":1.50}})") ==
      R"({"resourceType":"Observation","id":"o","subject":{"reference":"Patient/p"},"performer":[{"reference":"urn:uuid:2"},{"reference":"Patient/p"}],"valueQuantity":{"value":1.50}})");
}

TEST_CASE("elements of type uri are links, strings are not") {
  CHECK(
      replaced(
          R"({"resourceType":"Patient","identifier":[{"system":"urn:uuid:1","value":"urn:uuid:1"}]})") ==
      R"({"resourceType":"Patient","identifier":[{"system":"Patient/p","value":"urn:uuid:1"}]})");
}

TEST_CASE("links of the narrative are replaced") {
  CHECK(
      replaced(
          R"({"resourceType":"Patient","text":{"status":"generated","div":"<div><a href=\"urn:uuid:1\">x</a></div>"}})") ==
      R"({"resourceType":"Patient","text":{"status":"generated","div":"<div><a href=\"Patient/p\">x</a></div>"}})");
}

TEST_CASE("references in extensions, contained and nested resources are replaced") {
  CHECK(
      replaced(
          R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Encounter","contained":[{"resourceType":"Condition","subject":{"reference":"urn:uuid:1"}}],"extension":[{"url":"http://example.org/x","valueReference":{"reference":"urn:uuid:1"}}]}}]})") ==
      R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Encounter","contained":[{"resourceType":"Condition","subject":{"reference":"Patient/p"}}],"extension":[{"url":"http://example.org/x","valueReference":{"reference":"Patient/p"}}]}}]})");
}

TEST_CASE("a reference may ask to be resolved to a version") {
  const std::string extension =
      R"([{"url":"http://hl7.org/fhir/StructureDefinition/resolve-as-version-specific","valueBoolean":)";
  const auto text = [&](const std::string& asked, const std::string& reference) {
    return R"({"resourceType":"Observation","subject":{"extension":)" + extension + asked +
           R"(}],"reference":")" + reference + R"("}})";
  };
  CHECK(replaced(text("true", "urn:uuid:1")) == text("true", "Patient/p/_history/1"));
  CHECK(replaced(text("false", "urn:uuid:1")) == text("false", "Patient/p"));
}

TEST_CASE("links of a narrative are replaced whatever quotes they stand in") {
  CHECK(
      replaced(
          R"({"resourceType":"Patient","text":{"div":"<div><a href='urn:uuid:1'>x</a></div>"}})") ==
      R"({"resourceType":"Patient","text":{"div":"<div><a href='Patient/p'>x</a></div>"}})");
}
