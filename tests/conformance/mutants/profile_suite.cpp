// The examples of implementation guides, with one rule of the profiles that they claim broken at a
// time, are refused where it is broken, but for the places that profile_survivors.txt lists.
#include <doctest/doctest.h>

#include <iostream>

#include "bench.h"
#include "profile_mutator.h"
#include "tests/conformance/package_examples.h"

namespace {

using namespace mutants;
using fhir::json::Document;
using fhir::json::Value;

const std::filesystem::path k_survivors =
    MEDISYNC_SOURCE_DIR "/tests/conformance/mutants/profile_survivors.txt";

std::vector<std::string> claimed(const Value& resource) {
  const Value* meta = resource.find("meta");
  const Value* profiles = meta != nullptr ? meta->find("profile") : nullptr;
  std::vector<std::string> out;
  for (const Value& profile : profiles != nullptr ? profiles->items() : std::span<const Value>{})
    out.emplace_back(profile.string().substr(0, profile.string().find('|')));
  return out;
}

void run(const guides::Package& package, Survivors& survivors) {
  const Engine engine = make_engine(guides::definitions_of(package));
  ProfileLibrary library(*engine.definitions);
  Bench bench(engine, survivors);
  ProfileMutator mutator(library, [&](Mutant mutant) {
    mutant.what.insert(0, package.name + ": ");
    bench.judge(mutant);
  });
  for (const guides::Example& example : guides::examples_of(package)) {
    const auto document = Document::read(example.text);
    REQUIRE_MESSAGE(document, example.name);
    for (const std::string& url : claimed(document->root())) {
      const ProfileFacts* profile = library.profile(url);
      if (profile == nullptr) continue;
      bench.begin(profile->type, package.name + " " + example.name, *document);
      mutator.break_rules(*document, *profile);
    }
  }
  bench.report(package.name, mutator.places());
  CHECK(bench.by_type().size() > 5);
}

}  // namespace

TEST_CASE("an example of an implementation guide with one rule of its profile broken is refused") {
  Survivors survivors(k_survivors);
  bool is_whole = true;
  for (const guides::Package& package : guides::packages()) {
    const bool is_here = guides::is_here(package);
    is_whole = is_whole && is_here;
    if (is_here) run(package, survivors);
    if (!is_here) std::cout << package.name << ": skipped, the package is not here\n";
  }
  if (is_whole) survivors.check_all_taken();
}
