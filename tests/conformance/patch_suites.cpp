// The patch suites: https://github.com/FHIR/fhir-test-cases (FHIRPath Patch and its reverse, XML
// Patch by RFC 5261) and the examples of RFC 6902. No case is excluded.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <pugixml.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "fhir/model/xml_reader.h"
#include "fhir/patch/fhirpath_patch.h"
#include "fhir/patch/json_equality.h"
#include "fhir/patch/json_patch.h"
#include "fhir/patch/xml_patch.h"

namespace {

namespace fs = std::filesystem;
using fhir::json::Document;

fs::path suite_file(const std::string& name) {
  const char* named = std::getenv("MEDISYNC_SHARED");
  const fs::path shared =
      named != nullptr ? fs::path(named) : fs::path(MEDISYNC_SOURCE_DIR) / "../shared";
  return shared / "suites/patch" / name;
}

/// Whether the suites are there; prints what is skipped when they are not.
bool has_suites() {
  if (fs::is_directory(suite_file(""))) return true;
  std::cout << "skipped: the patch suites (no MEDISYNC_SHARED)\n";
  return false;
}

std::string file_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

const fhir::DefinitionStore& core() {
  static const auto k_store = [] {
    fhir::LoadOptions options;
    options.sources = {MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples"};
    options.cache_folder = MEDISYNC_BINARY_DIR "/definitions";
    auto loaded = fhir::DefinitionStore::load(options);
    REQUIRE(loaded);
    return *loaded;
  }();
  return *k_store;
}

void load(const std::string& name, pugi::xml_document& out) {
  REQUIRE(out.load_file(suite_file(name).c_str(),
                        (pugi::parse_full | pugi::parse_ws_pcdata) & ~pugi::parse_doctype));
}

pugi::xml_node first_element(pugi::xml_node parent) {
  return parent.find_child(
      [](const pugi::xml_node& node) { return node.type() == pugi::node_element; });
}

std::string raw(pugi::xml_node node) {
  std::ostringstream out;
  node.print(out, "", pugi::format_raw);
  return out.str();
}

Document resource_in(pugi::xml_node holder) {
  auto document = fhir::read_xml(raw(first_element(holder)), core());
  REQUIRE_MESSAGE(document.has_value(), document.error().diagnostics);
  return *std::move(document);
}

/// Comments aside, and white space between elements.
std::string canonical(pugi::xml_node node) {
  if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) {
    std::string text = node.value();
    const auto begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string::npos
               ? ""
               : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
  }
  if (node.type() == pugi::node_comment) return "<!--" + std::string(node.value()) + "-->";
  if (node.type() != pugi::node_element) return {};
  std::vector<std::string> attributes;
  for (const auto& each : node.attributes())
    attributes.push_back(std::string(" ") + each.name() + "=" + each.value());
  std::sort(attributes.begin(), attributes.end());
  std::string out = "<" + std::string(node.name());
  for (const auto& each : attributes) out += each;
  out += ">";
  for (const auto& child : node.children()) out += canonical(child);
  return out + "</>";
}

struct Count {
  int run = 0;
  int passed = 0;
  void note(const std::string& name, bool ok) {
    ++run;
    passed += ok ? 1 : 0;
    CHECK_MESSAGE(ok, name);
  }
  void print(const char* suite) const {
    std::cout << suite << ": " << run << " run, " << passed << " passed, 0 excluded\n";
  }
};

}  // namespace

TEST_CASE("the FHIRPath Patch suite: every patch gives its output or its error") {
  if (!has_suites()) return;
  pugi::xml_document suite;
  load("fhir-patch-tests.xml", suite);
  Count count;
  for (const auto& one : suite.document_element().children("case")) {
    const std::string name = one.attribute("name").value();
    const Document input = resource_in(one.child("input"));
    const Document diff = resource_in(one.child("diff"));
    const auto patched = fhir::patch::apply_fhirpath_patch(input.root(), diff.root(), core());
    if (!first_element(one.child("output"))) {
      count.note(name, !patched);
      continue;
    }
    const Document output = resource_in(one.child("output"));
    const std::string problem = patched ? "" : patched.error().diagnostics;
    CAPTURE(problem);
    count.note(name, patched && fhir::patch::is_identical(patched->root(), output.root()));
  }
  CHECK(count.run == 33);
  count.print("fhirpath patch");
}

TEST_CASE("the FHIRPath Patch suite: the patch between input and output is the one it gives") {
  if (!has_suites()) return;
  pugi::xml_document suite;
  load("fhir-patch-tests.xml", suite);
  Count count;
  for (const auto& one : suite.document_element().children("case")) {
    if (std::string_view(one.attribute("mode").value()) != "both") continue;
    const Document input = resource_in(one.child("input"));
    const Document output = resource_in(one.child("output"));
    const Document expected = resource_in(one.child("diff"));
    const auto derived = fhir::patch::fhirpath_patch_between(input.root(), output.root(), core());
    REQUIRE(derived);
    const auto diff = Document::read(*derived);
    REQUIRE(diff);
    INFO(*derived);
    count.note(one.attribute("name").value(),
               fhir::patch::is_identical(diff->root(), expected.root()));
    const auto again = fhir::patch::apply_fhirpath_patch(input.root(), diff->root(), core());
    REQUIRE_MESSAGE(again.has_value(), again.error().diagnostics);
    CHECK(fhir::patch::is_identical(again->root(), output.root()));
  }
  count.print("fhirpath patch, derived");
}

TEST_CASE("the examples of RFC 6902") {
  if (!has_suites()) return;
  const auto suite = Document::read(file_text(suite_file("json-patch-tests.json")));
  REQUIRE(suite);
  Count count;
  for (const auto& one : suite->root().items()) {
    const auto patched = fhir::patch::apply_json_patch(*one.find("doc"), *one.find("patch"));
    const auto* expected = one.find("expected");
    count.note(std::string(one.string_at("comment")),
               expected == nullptr ? !patched
                                   : patched && fhir::patch::is_equal(patched->root(), *expected));
  }
  CHECK(count.run == 16);
  count.print("json patch");
}

TEST_CASE("the XML Patch suite") {
  if (!has_suites()) return;
  pugi::xml_document suite;
  load("xml-patch-tests.xml", suite);
  Count count;
  for (const auto& one : suite.document_element().children("case")) {
    const std::string name = one.attribute("name").value();
    const auto patched = fhir::patch::apply_xml_patch(raw(first_element(one.child("target"))),
                                                      raw(one.child("patch")));
    if (one.child("error")) {
      count.note(name, !patched);
      continue;
    }
    pugi::xml_document result;
    const bool is_xml =
        patched && result.load_string(patched->c_str(), pugi::parse_full & ~pugi::parse_doctype);
    const std::string expected = canonical(first_element(one.child("patched")));
    const std::string problem = patched ? "" : patched.error().diagnostics;
    CAPTURE(problem);
    count.note(name, is_xml && canonical(result.document_element()) == expected);
  }
  CHECK(count.run == 29);
  count.print("xml patch");
}
