// The official FHIRPath suite for R4: https://github.com/FHIR/fhir-test-cases, tests-fhir-r4.xml.
// An error is no empty result; what is not passed stands in fhirpath_exclusions.txt with a reason,
// and a line there whose test passes is a failure.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <pugixml.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/fhirpath/analysis.h"
#include "fhir/fhirpath/element_definitions.h"
#include "fhir/fhirpath/expression.h"
#include "fhir/fhirpath/item_json.h"
#include "fhir/formats/json_document.h"
#include "terminology/terminology.h"
#include "tests/conformance/suite_files.h"

namespace {

namespace fs = std::filesystem;
using fhir::Element;
using fhir::fhirpath::Collection;
using fhir::fhirpath::Environment;
using fhir::fhirpath::Expression;
using fhir::fhirpath::Item;
using fhir::fhirpath::ItemKind;
namespace json = fhir::json;

struct Expected {
  std::string type;  // empty: any
  std::string text;
};

/// A test as the suite has it.
struct Case {
  std::string key;  // group/number, numbers from 1: names repeat
  std::string name;
  std::string expression;
  std::string input;
  std::string invalid;  // syntax, semantic, execution; empty: the outputs count
  std::string tier;     // A to D by how many published engines agree, ? for those not asked
  bool is_strict = false;
  bool is_predicate = false;
  bool is_ordered = true;
  std::vector<Expected> outputs;
};

std::string file_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return std::move(out).str();
}

std::vector<Case> read_cases(const fs::path& file) {
  pugi::xml_document document;
  REQUIRE(document.load_file(file.c_str(), pugi::parse_default | pugi::parse_ws_pcdata_single));
  std::vector<Case> cases;
  for (const pugi::xml_node group : document.document_element().children("group")) {
    int number = 0;
    for (const pugi::xml_node test : group.children("test")) {
      Case one;
      one.key = std::string(group.attribute("name").value()) + "/" + std::to_string(++number);
      one.name = test.attribute("name").value();
      one.expression = test.child("expression").child_value();
      one.invalid = test.child("expression").attribute("invalid").value();
      one.input = test.attribute("inputfile").value();
      one.is_strict = std::string_view(test.attribute("mode").value()) == "strict";
      one.is_predicate = std::string_view(test.attribute("predicate").value()) == "true";
      one.is_ordered = std::string_view(test.attribute("ordered").value()) != "false";
      for (const pugi::xml_node output : test.children("output"))
        one.outputs.push_back({output.attribute("type").value(), output.child_value()});
      cases.push_back(std::move(one));
    }
  }
  return cases;
}

bool matches(const Item& item, const Expected& expected) {
  if (!expected.type.empty()) {
    if (fhir::fhirpath::type_label(item) != expected.type) return false;
  }
  const std::string text = fhir::fhirpath::literal_text(item);
  if (text == expected.text) return true;
  // 1.0 and 1 are one number.
  const auto a = fhir::Decimal::parse(text);
  const auto b = fhir::Decimal::parse(expected.text);
  return item.kind() == ItemKind::decimal && a && b && *a == *b;
}

/// Why the result is not the expected one; empty when it is.
std::string difference(const Case& one, Collection result) {
  if (one.is_predicate) {
    // A predicate is true when there is something that is not false.
    const bool holds =
        !result.empty() && !(result.size() == 1 && result[0].is_boolean() && !result[0].boolean());
    result = Collection(Item::of_boolean(holds));
  }
  std::string got;
  for (const Item& item : result) {
    if (!got.empty()) got += " ; ";
    got += std::string(fhir::fhirpath::type_label(item)) + ":" + fhir::fhirpath::literal_text(item);
  }
  if (result.size() != one.outputs.size())
    return std::to_string(result.size()) + " items instead of " +
           std::to_string(one.outputs.size()) + ": " + got;
  std::vector<bool> taken(result.size());
  for (std::size_t i = 0; i < one.outputs.size(); ++i) {
    bool found = false;
    for (std::size_t j = one.is_ordered ? i : 0; j < result.size() && !found; ++j) {
      if (!taken[j] && matches(result[j], one.outputs[i])) found = taken[j] = true;
      if (one.is_ordered) break;
    }
    if (!found)
      return "expected " + one.outputs[i].type + ":" + one.outputs[i].text + ", got " + got;
  }
  return {};
}

/// What static analysis finds wrong; in strict mode a warning is a mistake.
std::string mistake_in(const Expression& compiled, const Case& one, const Element& context,
                       const fhir::DefinitionStore& definitions) {
  const auto analysis = fhir::fhirpath::analyze(compiled, definitions, {.context = context.type});
  for (const fhir::Issue& issue : analysis.issues) {
    if (issue.severity == fhir::Severity::error || one.is_strict) return issue.diagnostics;
  }
  return {};
}

/// Runs one test; empty when it passes. An error passes only where the suite asks for one, and not
/// before the stage that it names: what is syntax must fail to compile, what is semantic by
/// analysis; a mistake of execution may be seen earlier.
std::string run(const Case& one, const Element& context, const fhir::DefinitionStore& definitions,
                const fhir::UnitSystem* units) {
  const auto compiled = Expression::compile(one.expression, definitions);
  if (!compiled) {
    // A function that we lack is no mistake found in the expression.
    const bool is_lacking = compiled.error().type == fhir::IssueType::not_supported;
    if (!one.invalid.empty() && !is_lacking) return "";
    return "does not compile: " + compiled.error().diagnostics;
  }
  if (one.invalid == "syntax") return "compiles, and is no FHIRPath";
  const std::string mistake = mistake_in(*compiled, one, context, definitions);
  const bool may_be_empty = !one.invalid.empty() && !one.outputs.empty();  // three tests carry both
  if (!mistake.empty()) return one.invalid.empty() ? "refused by analysis: " + mistake : "";
  if (one.invalid == "semantic" && !may_be_empty) return "not refused by analysis";
  fhir::fhirpath::ElementDefinitions element_definitions(definitions);
  Environment environment;
  environment.definitions = &definitions;
  environment.element_definitions = &element_definitions;
  environment.units = units;
  environment.resource = context;
  environment.now_utc_ms = 1'769'903'999'123;  // 2026-01-31T23:59:59.123Z
  environment.offset_minutes = 11 * 60;
  auto result = compiled->evaluate(context, environment);
  if (!one.invalid.empty() && !result) return "";
  if (!one.invalid.empty() && !may_be_empty)
    return "evaluates, and should be refused: " + one.invalid;
  if (!result) return "fails: " + result.error().diagnostics;
  return difference(one, *std::move(result));
}

/// How six published engines did, one row per test in the suite's order.
std::vector<std::string> read_tiers(const fs::path& file) {
  auto document = json::Document::read(file_text(file));
  REQUIRE(document);
  std::vector<std::string> tiers;
  for (const json::Value& row : document->root().items()) tiers.emplace_back(row.string_at("tier"));
  return tiers;
}

struct Count {
  std::size_t run = 0, passed = 0, excluded = 0;
};

}  // namespace

TEST_CASE("the official FHIRPath suite passes but for what is excluded with a reason") {
  const fs::path suite = suites::shared_folder() / "suites/fhirpath";
  const fs::path core = fs::path(MEDISYNC_SOURCE_DIR) / "profiles/.packages/hl7.fhir.r4.examples";
  if (!fs::exists(suite) || !fs::exists(core)) {
    MESSAGE("skipped: " << (fs::exists(suite) ? core : suite) << " is missing");
    return;
  }
  fhir::LoadOptions options;
  options.sources = {core.string()};
  const fs::path units = core.parent_path() / "@lhncbc/ucum-lhc";
  if (fs::exists(units)) options.sources.push_back(units.string());
  const auto definitions = fhir::DefinitionStore::load(options);
  REQUIRE(definitions);
  const auto terminology = terminology::Terminology::make(*definitions);
  const auto exclusions = suites::read_exclusions(fs::path(MEDISYNC_SOURCE_DIR) /
                                                  "tests/conformance/fhirpath_exclusions.txt");
  std::map<std::string, fhir::json::Document> inputs;
  std::map<std::string, Count> counts;
  std::set<std::string> met;
  const auto tiers = read_tiers(suite / "consensus.json");
  auto cases = read_cases(suite / "tests-fhir-r4.xml");
  REQUIRE(tiers.size() == cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    Case& one = cases[i];
    one.tier = tiers[i];
    Count& count = counts[one.tier];
    ++count.run;
    Element context;
    if (!one.input.empty()) {
      const fs::path file = (suite / one.input).replace_extension(".json");
      REQUIRE_MESSAGE(fs::exists(file), "missing fixture " << file);
      auto at = inputs.find(one.input);
      if (at == inputs.end()) {
        auto read = fhir::json::Document::read(file_text(file));
        REQUIRE(read);
        at = inputs.emplace(one.input, *std::move(read)).first;
      }
      context = root_element(at->second.root(), **definitions);
    }
    const std::string problem = run(one, context, **definitions, terminology->units());
    const bool is_excluded = exclusions.count(one.key) != 0;
    met.insert(one.key);
    if (problem.empty()) {
      ++count.passed;
      CHECK_MESSAGE(!is_excluded, "passes, take its line out: " << one.key);
    } else if (is_excluded) {
      CHECK_MESSAGE((one.tier != "A" && one.tier != "B"),
                    "engines agree on it, so it is to pass: " << one.key);
      ++count.excluded;
    } else {
      FAIL_CHECK(one.key << "\t" << one.name << "\t" << one.expression << "\t" << problem);
    }
  }
  for (const auto& [key, reason] : exclusions)
    CHECK_MESSAGE(met.count(key) != 0, "excluded, and not in the suite: " << key);
  for (const auto& [tier, count] : counts)
    std::cout << "FHIRPath suite, tier " << tier << ": run " << count.run << ", passed "
              << count.passed << ", excluded " << count.excluded << "\n";
}
