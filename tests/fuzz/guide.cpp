// Any JSON as the conformance resources of a package, one or a list of them: their snapshots are
// made or refused, and a resource is held against each profile among them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "fhir/definitions/snapshot_generator.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "fhir/validation/validator.h"
#include "terminology/terminology.h"
#include "tests/fuzz/core.h"

namespace {

using fhir::json::Document;
using fhir::json::Value;

constexpr const char* k_resource = R"({"resourceType":"Patient","id":"a",
  "contained":[{"resourceType":"Patient","id":"b","link":[{"other":{"reference":"#"},"type":"refer"}]}],
  "extension":[{"url":"http://x/e","extension":[{"url":"a","valueCode":"b"}]}],
  "identifier":[{"system":"http://s","value":"1"},{"system":"http://t","value":"2"}],
  "name":[{"use":"official","family":"A","given":["B","C"]}],"gender":"male",
  "maritalStatus":{"coding":[{"system":"http://s","code":"a"}]},
  "generalPractitioner":[{"reference":"Practitioner/1"}],"link":[{"other":{"reference":"#b"},"type":"refer"}]})";

struct Fixture {
  std::shared_ptr<const fhir::DefinitionStore> definitions;
  std::shared_ptr<const terminology::Terminology> terms;
  std::unique_ptr<fhir::validation::Validator> validator;
  Document resource;

  Fixture() : resource(std::move(Document::read(k_resource)).value()) {
    definitions = fuzz::load_core();
    terms = terminology::Terminology::make(definitions);
    validator = std::move(fhir::validation::Validator::make(definitions, terms.get())).value();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture k_fixture;
  const auto document = Document::read(std::string(reinterpret_cast<const char*>(data), size));
  if (!document) return 0;
  std::vector<std::string> resources;
  fhir::validation::Options options;
  const auto take = [&](const Value& resource) {
    if (!resource.is_object() || resources.size() == 20) return;
    resources.push_back(fhir::json::to_string(resource));
    if (resource.string_at("resourceType") != "StructureDefinition") return;
    options.profiles.emplace_back(resource.string_at("url"));
    (void)fhir::generate_snapshot(resource, *k_fixture.definitions);
  };
  take(document->root());
  for (const Value& resource : document->root().items()) take(resource);
  const auto store = k_fixture.definitions->with(resources);
  if (!store) return 0;
  const auto terms = terminology::Terminology::make(*store, k_fixture.terms.get());
  const auto validator =
      fhir::validation::Validator::make(*store, terms.get(), k_fixture.validator.get());
  if (!validator) return 0;
  fhir::IssueList issues;
  (*validator)->validate(k_fixture.resource, options, issues);
  for (const fhir::Issue& issue : issues.issues()) {
    if (issue.diagnostics.empty() || issue.line == 0) std::abort();
  }
  return 0;
}
