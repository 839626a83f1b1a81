// Any bytes as a patch of a small resource: refused, or the result is a tree that writes and reads
// the same. The first byte chooses JSON Patch, FHIRPath Patch or XML Patch.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "fhir/patch/fhirpath_patch.h"
#include "fhir/patch/json_patch.h"
#include "fhir/patch/xml_patch.h"
#include "tests/fuzz/core.h"

namespace {

using fhir::json::Document;

constexpr const char* k_resource = R"({"resourceType":"Patient","id":"a","active":true,
  "name":[{"id":"n","use":"official","family":"A","given":["B","C"],"_given":[{"id":"1"},null]},
          {"given":["D"]}],
  "telecom":[{"system":"phone","value":"1"},{"system":"email","value":"2"}],
  "birthDate":"1974-12-25","multipleBirthInteger":2,
  "extension":[{"url":"http://x","valueQuantity":{"value":1.50}}]})";
constexpr const char* k_xml = R"(<Patient xmlns="http://hl7.org/fhir"><id value="a"/>
  <!-- c --><name id="n"><use value="official"/><family value="A"/></name>
  <name><given value="D"/></name><birthDate value="1974-12-25"/></Patient>)";

struct Fixture {
  std::shared_ptr<const fhir::DefinitionStore> definitions;
  Document resource;

  Fixture() : resource(std::move(Document::read(k_resource)).value()) {
    definitions = fuzz::load_core();
  }
};

void check(const fhir::Result<Document>& patched) {
  if (!patched) return;
  const std::string text = fhir::json::to_string(patched->root());
  const auto again = Document::read(text);
  if (!again || fhir::json::to_string(again->root()) != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture k_fixture;
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 3 == 2) {
    (void)fhir::patch::apply_xml_patch(k_xml, body);
    return 0;
  }
  const auto patch = Document::read(std::string(body));
  if (!patch) return 0;
  const fhir::json::Value& resource = k_fixture.resource.root();
  if (data[0] % 3 == 0) {
    check(fhir::patch::patch_resource(resource, patch->root()));
    check(fhir::patch::apply_json_patch(resource, patch->root()));
  } else {
    check(fhir::patch::apply_fhirpath_patch(resource, patch->root(), *k_fixture.definitions));
  }
  return 0;
}
