// Every instance example that R4 publishes is valid, but for those that examples_refused.txt lists.
// https://hl7.org/fhir/R4/downloads.html
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"
#include "fhir/validation/validator.h"
#include "terminology/terminology.h"

namespace {

namespace fs = std::filesystem;

const fs::path k_package = MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples";
const fs::path k_refused = MEDISYNC_SOURCE_DIR "/tests/conformance/examples_refused.txt";
constexpr std::size_t k_examples = 729;

/// Types whose resources are definitions, not instances.
constexpr std::array<std::string_view, 7> k_definition_types = {
    "StructureDefinition", "SearchParameter",      "ValueSet", "CodeSystem", "ConceptMap",
    "OperationDefinition", "CompartmentDefinition"};

/// Bundles of definitions, which the store loads.
constexpr std::array<std::string_view, 10> k_definition_bundles = {
    "Bundle-types.json",        "Bundle-resources.json",    "Bundle-profiles-others.json",
    "Bundle-extensions.json",   "Bundle-searchParams.json", "Bundle-valuesets.json",
    "Bundle-v2-valuesets.json", "Bundle-v3-valuesets.json", "Bundle-valueset-expansions.json",
    "Bundle-conceptmaps.json"};

template <class Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Refused {
  std::string rule;
  std::string reason;
};

/// `file | rule | why refusing is right`, one a line; # begins a comment.
std::map<std::string, Refused> refused_examples() {
  std::map<std::string, Refused> out;
  std::ifstream in(k_refused);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t first = line.find(" | ");
    const std::size_t second = line.find(" | ", first + 3);
    REQUIRE_MESSAGE(second != std::string::npos, "malformed line: " << line);
    out[line.substr(0, first)] = {line.substr(first + 3, second - first - 3),
                                  line.substr(second + 3)};
  }
  return out;
}

struct Example {
  std::string name;
  fhir::json::Document document;
};

std::vector<Example> examples() {
  std::vector<Example> out;
  for (const auto& entry : fs::directory_iterator(k_package)) {
    if (entry.path().extension() != ".json") continue;
    const std::string name = entry.path().filename().string();
    const std::string type = name.substr(0, name.find('-'));
    if (is_one_of(k_definition_types, type) || is_one_of(k_definition_bundles, name)) continue;
    auto document = fhir::json::Document::read(text_of(entry.path()));
    REQUIRE_MESSAGE(document, name << ": " << document.error().diagnostics);
    const std::string_view resource_type = document->root().string_at("resourceType");
    const std::string_view id = document->root().string_at("id");
    if (name != std::string(resource_type) + "-" + std::string(id) + ".json") continue;
    out.push_back({name, std::move(*document)});
  }
  std::sort(out.begin(), out.end(),
            [](const Example& a, const Example& b) { return a.name < b.name; });
  return out;
}

std::string describe(const fhir::Issue& issue) {
  return issue.expression + ": " + issue.diagnostics;
}

}  // namespace

TEST_CASE("the official examples are valid, but for those listed with a reason") {
  REQUIRE_MESSAGE(fs::exists(k_package), "run scripts/setup: the examples are missing");
  fhir::LoadOptions load;
  load.sources = {k_package.string(), (k_package.parent_path() / "@lhncbc/ucum-lhc").string()};
  auto store = fhir::DefinitionStore::load(load);
  REQUIRE_MESSAGE(store, store.error().diagnostics);
  const auto terms = terminology::Terminology::make(*store);
  auto validator = fhir::validation::Validator::make(*store, terms.get());
  REQUIRE_MESSAGE(validator, validator.error().diagnostics);

  const auto refused = refused_examples();
  const auto all = examples();
  CHECK(all.size() == k_examples);
  std::size_t valid = 0;
  std::size_t listed = 0;
  for (const Example& example : all) {
    fhir::IssueList issues;
    fhir::validation::Options options;
    options.unit_codes_refused = false;
    options.broken_links_refused = false;
    options.displays_refused = false;
    options.vital_signs = false;  // as where resources are stored
    (*validator)->validate(example.document, options, issues);
    const auto found = refused.find(example.name);
    if (!issues.has_errors()) {
      ++valid;
      CHECK_MESSAGE(found == refused.end(),
                    example.name << " is listed as refused and is valid now: remove its line");
      continue;
    }
    const auto& list = issues.issues();
    if (found == refused.end()) {
      for (const fhir::Issue& issue : list) {
        if (issue.severity <= fhir::Severity::error)
          FAIL_CHECK(example.name << " " << describe(issue));
      }
      continue;
    }
    ++listed;
    const bool has_rule = std::any_of(list.begin(), list.end(), [&](const fhir::Issue& issue) {
      return issue.severity == fhir::Severity::error &&
             (issue.rule == found->second.rule || fhir::code_of(issue.type) == found->second.rule);
    });
    CHECK_MESSAGE(has_rule, example.name << " is refused, but not for " << found->second.rule);
  }
  for (const auto& [name, why] : refused) {
    CHECK_MESSAGE(
        std::any_of(all.begin(), all.end(), [&](const Example& e) { return e.name == name; }),
        name << " is listed as refused and is no example");
  }
  std::cout << "official examples: " << all.size() << " run, " << valid << " valid, " << listed
            << " refused as listed\n";
}
