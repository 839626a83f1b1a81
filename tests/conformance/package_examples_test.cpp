// The examples that US Core and IPS publish are valid against the profiles that they claim, but for
// those that package_examples_refused.txt lists.
// https://hl7.org/fhir/packages.html
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"
#include "fhir/validation/validator.h"
#include "package_examples.h"
#include "terminology/terminology.h"

namespace {

namespace fs = std::filesystem;

const fs::path k_refused = MEDISYNC_SOURCE_DIR "/tests/conformance/package_examples_refused.txt";

/// `package file | expression | why refusing is right`, one a line; # begins a comment.
std::map<std::string, std::string> refused_examples() {
  std::map<std::string, std::string> out;
  std::ifstream in(k_refused);
  REQUIRE(in);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t first = line.find(" | ");
    const std::size_t second = line.find(" | ", first + 3);
    REQUIRE_MESSAGE(second != std::string::npos, "malformed line: " << line);
    out[line.substr(0, first)] = line.substr(first + 3, second - first - 3);
  }
  return out;
}

struct Engine {
  std::shared_ptr<const fhir::DefinitionStore> definitions;
  std::shared_ptr<const terminology::Terminology> terminology;
  std::unique_ptr<fhir::validation::Validator> validator;
};

Engine engine_for(const guides::Package& package) {
  auto store = guides::definitions_of(package);
  REQUIRE_MESSAGE(store, store.error().diagnostics);
  Engine engine;
  engine.definitions = *store;
  engine.terminology = terminology::Terminology::make(*store);
  auto validator = fhir::validation::Validator::make(*store, engine.terminology.get());
  REQUIRE_MESSAGE(validator, validator.error().diagnostics);
  engine.validator = std::move(*validator);
  return engine;
}

void run(const guides::Package& package, std::map<std::string, std::string>& refused) {
  const Engine engine = engine_for(package);
  const auto examples = guides::examples_of(package);
  CHECK(examples.size() == package.examples);
  std::size_t valid = 0;
  for (const guides::Example& example : examples) {
    const std::string key = package.name + " " + example.name;
    const auto document = fhir::json::Document::read(example.text);
    REQUIRE_MESSAGE(document, key);
    fhir::IssueList issues;
    engine.validator->validate(*document, {}, issues);
    std::string found;
    for (const fhir::Issue& issue : issues.issues()) {
      if (issue.severity <= fhir::Severity::error)
        found += "\n  " + issue.expression + ": " + issue.diagnostics;
    }
    const auto listed = refused.find(key);
    if (listed == refused.end()) {
      CHECK_MESSAGE(found.empty(), key << found);
    } else {
      CHECK_MESSAGE(found.find("\n  " + listed->second + ": ") != std::string::npos,
                    key << " is listed as refused at " << listed->second << found);
      refused.erase(listed);
    }
    valid += found.empty() ? 1 : 0;
  }
  std::cout << package.name << ": " << examples.size() << " run, " << valid << " valid\n";
}

}  // namespace

TEST_CASE("the examples of implementation guides meet the profiles that they claim") {
  auto refused = refused_examples();
  for (const guides::Package& package : guides::packages()) {
    if (!guides::is_here(package)) {
      std::cout << package.name << ": skipped, the package is not here\n";
      std::erase_if(refused,
                    [&](const auto& row) { return row.first.starts_with(package.name + " "); });
      continue;
    }
    run(package, refused);
  }
  for (const auto& [key, expression] : refused) FAIL_CHECK(key << " is listed and is no example");
}
