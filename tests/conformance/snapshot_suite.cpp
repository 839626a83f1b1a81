// The official snapshot suite: https://github.com/FHIR/fhir-test-cases, r5/snapshot-generation.
// Cases of FHIR 4.0.1; snapshot_differences.txt lists what differs, with a reason.
#include <doctest/doctest.h>

#include <filesystem>
#include <iostream>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "conformance/snapshot_compare.h"
#include "conformance/snapshot_files.h"
#include "fhir/definitions/snapshot_generator.h"
#include "fhir/formats/json_writer.h"

namespace {

namespace fs = std::filesystem;
using snapshot_compare::Difference;
using snapshot_compare::KnownDifferences;

fs::path first_of(const fs::path& stem) {
  for (const char* extension : {".json", ".xml"}) {
    if (fs::path path = stem.string() + extension; fs::exists(path)) return path;
  }
  return stem;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < list.size();) {
    const std::size_t comma = std::min(list.find(',', begin), list.size());
    out.push_back(list.substr(begin, comma - begin));
    begin = comma + 1;
  }
  return out;
}

/// Some cases derive from another case's input without saying so.
std::string input_defining(const fs::path& folder, std::string_view url,
                           const fhir::DefinitionStore& definitions) {
  for (const auto& file : fs::directory_iterator(folder)) {
    if (file.path().stem().string().find("-input") == std::string::npos ||
        file.path().string().find("snapshot.json") != std::string::npos)
      continue;
    auto document = snapshot_files::read(file.path(), definitions);
    if (document.root().string_at("url") == url) return fhir::json::to_string(document.root());
  }
  return {};
}

}  // namespace

TEST_CASE("snapshots of the official suite are what it expects") {
  const fs::path folder = snapshot_files::shared_folder() / "suites" / "snapshot";
  if (!fs::exists(folder) || !snapshot_files::has_core()) {
    std::cout << "skipped: no snapshot suite at " << folder << " or no definitions\n";
    return;
  }
  pugi::xml_document manifest;
  REQUIRE(manifest.load_file((folder / "manifest.xml").c_str()));
  auto core = snapshot_files::store({});
  KnownDifferences known("suite");
  int run = 0, other_version = 0;
  for (const pugi::xml_node test : manifest.document_element().children("test")) {
    const std::string id = test.attribute("id").value();
    if (std::string_view(test.attribute("version").value()) != "4.0.1") {
      ++other_version;
      continue;
    }
    CAPTURE(id);
    ++run;
    std::vector<std::string> registered;
    for (const std::string& name : split(test.attribute("register").value()))
      registered.push_back(snapshot_files::text_as_json(first_of(folder / name), *core));
    auto input = snapshot_files::read(first_of(folder / (id + "-input")), *core);
    if (const std::string base =
            input_defining(folder, input.root().string_at("baseDefinition"), *core);
        !base.empty())
      registered.push_back(base);
    auto store = core->with(registered);
    REQUIRE(store);
    auto expected = snapshot_files::read(first_of(folder / (id + "-output")), *core);
    auto made = fhir::generate_snapshot(input.root(), **store);
    if (!made) {
      const Difference failure = {made.error().expression, "failed", "", made.error().diagnostics};
      CHECK_MESSAGE(known.covers(id, failure), failure);
      continue;
    }
    for (const auto& difference : snapshot_compare::differences(expected.root(), made->root()))
      CHECK_MESSAGE(known.covers(id, difference), difference);
  }
  std::cout << "snapshot suite: " << run << " run, " << other_version
            << " of other versions left out\n";
  REQUIRE(run == 13);
  for (const std::string& line : known.unused()) FAIL_CHECK("nothing differs any more: " << line);
}
