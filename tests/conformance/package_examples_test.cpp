// The examples that US Core and IPS publish are valid against the profiles that they claim, but for
// those that package_examples_refused.txt lists.
// https://hl7.org/fhir/packages.html
#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"
#include "fhir/validation/validator.h"
#include "terminology/terminology.h"

namespace {

namespace fs = std::filesystem;

const fs::path k_packages = MEDISYNC_SOURCE_DIR "/profiles/.packages";
const fs::path k_refused = MEDISYNC_SOURCE_DIR "/tests/conformance/package_examples_refused.txt";

struct Package {
  std::string name;  // as package_examples_refused.txt calls it
  fs::path path;
  std::vector<std::string> needs;  // folders of k_packages
  std::size_t examples = 0;
};

std::vector<Package> packages() {
  const char* named = std::getenv("MEDISYNC_SHARED");
  const fs::path shared = named != nullptr ? named : MEDISYNC_SOURCE_DIR "/../shared";
  const std::vector<std::string> terms = {"hl7.terminology.r4", "hl7.fhir.uv.extensions.r4"};
  return {{"us-core-3.1.1", shared / "packages/us_core_311.tgz", {}, 84},
          {"us-core-6.1.0", shared / "packages/us_core_610.tgz", terms, 183},
          {"ips-2.0.0", k_packages / "hl7.fhir.uv.ips", terms, 44}};
}

struct Example {
  std::string name;
  std::string text;
};

std::vector<Example> read_folder(const fs::path& folder) {
  std::vector<Example> out;
  for (const auto& entry : fs::directory_iterator(folder / "example")) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    out.push_back({entry.path().filename().string(), std::move(text).str()});
  }
  return out;
}

std::vector<Example> read_archive(const fs::path& path) {
  std::vector<Example> out;
  const std::unique_ptr<archive, int (*)(archive*)> reader(archive_read_new(), archive_read_free);
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_tar(reader.get());
  REQUIRE(archive_read_open_filename(reader.get(), path.c_str(), 64 * 1024) == ARCHIVE_OK);
  for (archive_entry* entry = nullptr;
       archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK;) {
    const fs::path name = archive_entry_pathname(entry);
    if (name.parent_path() != "package/example") continue;
    std::string text(static_cast<std::size_t>(archive_entry_size(entry)), '\0');
    REQUIRE(archive_read_data(reader.get(), text.data(), text.size()) ==
            static_cast<la_ssize_t>(text.size()));
    out.push_back({name.filename().string(), std::move(text)});
  }
  return out;
}

std::vector<Example> examples_of(const Package& package) {
  auto out =
      fs::is_directory(package.path) ? read_folder(package.path) : read_archive(package.path);
  std::erase_if(out, [](const Example& example) {
    return !example.name.ends_with(".json") || example.name.starts_with('.');
  });
  std::sort(out.begin(), out.end(),
            [](const Example& a, const Example& b) { return a.name < b.name; });
  return out;
}

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

Engine engine_for(const Package& package) {
  fhir::LoadOptions load;
  load.sources = {(k_packages / "hl7.fhir.r4.examples").string()};
  for (const std::string& needed : package.needs)
    load.sources.push_back((k_packages / needed).string());
  load.sources.push_back(package.path.string());
  auto store = fhir::DefinitionStore::load(load);
  REQUIRE_MESSAGE(store, store.error().diagnostics);
  Engine engine;
  engine.definitions = *store;
  engine.terminology = terminology::Terminology::make(*store);
  auto validator = fhir::validation::Validator::make(*store, engine.terminology.get());
  REQUIRE_MESSAGE(validator, validator.error().diagnostics);
  engine.validator = std::move(*validator);
  return engine;
}

void run(const Package& package, std::map<std::string, std::string>& refused) {
  const Engine engine = engine_for(package);
  const auto examples = examples_of(package);
  CHECK(examples.size() == package.examples);
  std::size_t valid = 0;
  for (const Example& example : examples) {
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
  for (const Package& package : packages()) {
    if (!fs::exists(package.path) ||
        std::any_of(package.needs.begin(), package.needs.end(),
                    [](const std::string& needed) { return !fs::exists(k_packages / needed); })) {
      std::cout << package.name << ": skipped, the package is not here\n";
      std::erase_if(refused,
                    [&](const auto& row) { return row.first.starts_with(package.name + " "); });
      continue;
    }
    run(package, refused);
  }
  for (const auto& [key, expression] : refused) FAIL_CHECK(key << " is listed and is no example");
}
