// For every resource type a profile slices one of its lists; resources that break the slicing are
// refused where they do.
#include <doctest/doctest.h>

#include <iostream>

#include "bench.h"
#include "facts.h"
#include "filled.h"
#include "sliced.h"
#include "subjects.h"

namespace {

namespace fs = std::filesystem;
using namespace mutants;
using fhir::json::Document;

const fs::path k_package = MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples";

Document example_of(Facts& facts, const std::string& type) {
  auto subjects = subjects_of(k_package, type, 1, [](const Document&) { return true; });
  if (!subjects.empty()) return std::move(subjects.front().document);
  auto document = Document::read(filled(facts, type, 0, DataTypes::as_short_as_can_be));
  REQUIRE(document);
  return std::move(*document);
}

}  // namespace

TEST_CASE("a resource of any type that breaks the slicing of a profile is refused in its place") {
  REQUIRE_MESSAGE(fs::exists(k_package), "run scripts/setup: the examples are missing");
  Facts facts(k_package);
  std::map<std::string, std::vector<Sliced>> by_type;
  std::vector<std::string> profiles;
  for (const std::string& type : facts.resource_types()) {
    by_type[type] = sliced(facts, example_of(facts, type));
    for (const Sliced& one : by_type[type]) profiles.push_back(one.profile);
  }
  fhir::LoadOptions load;
  load.sources = {k_package.string()};
  const auto core = fhir::DefinitionStore::load(load);
  REQUIRE_MESSAGE(core, core.error().diagnostics);
  const Engine engine = make_engine((*core)->with(profiles));
  Survivors survivors;  // none
  Bench bench(engine, survivors);
  for (const auto& [type, all] : by_type) {
    for (const Sliced& one : all) {
      const auto valid = Document::read(one.valid);
      REQUIRE(valid);
      for (const fhir::Issue& issue : bench.begin(type, one.url, *valid, {one.url}))
        CHECK_MESSAGE(issue.diagnostics.find(one.url) == std::string::npos,
                      one.url << " refuses what keeps it: " << issue.diagnostics);
      for (const Mutant& mutant : one.mutants) bench.judge(mutant);
    }
  }
  bench.report("slices", profiles.size());
  CHECK(bench.by_type().size() == 146);
}
