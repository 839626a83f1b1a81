// From official examples of every resource type one rule at a time is broken; each mutant is
// refused where it is broken, but for the places that survivors.txt lists with a reason.
#include <doctest/doctest.h>

#include <iostream>
#include <set>

#include "bench.h"
#include "facts.h"
#include "filled.h"
#include "invariant_recipes.h"
#include "mutator.h"
#include "subjects.h"

namespace {

namespace fs = std::filesystem;
using namespace mutants;
using fhir::json::Document;

const fs::path k_package = MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples";
const fs::path k_folder = MEDISYNC_SOURCE_DIR "/tests/conformance/mutants";
constexpr std::size_t k_subjects_per_type = 4;
constexpr std::size_t k_types = 146;

Engine core_engine() {
  fhir::LoadOptions load;
  load.sources = {k_package.string(), (k_package.parent_path() / "@lhncbc/ucum-lhc").string()};
  return make_engine(fhir::DefinitionStore::load(load));
}

/// Every invariant of severity error in the definitions of resources and data types was broken.
void check_all_invariants_broken(Facts& facts, const Bench& bench, Survivors& survivors) {
  std::set<std::string> wanted;
  for (const std::string& name : facts.types()) {
    const auto& keys = facts.type(name)->invariants;
    wanted.insert(keys.begin(), keys.end());
  }
  for (const std::string& key : wanted) {
    const bool is_listed = survivors.take_invariant(key);
    CHECK_MESSAGE(bench.keys().contains(key) != is_listed,
                  key << (is_listed ? " is listed and was broken" : " was not broken and refused"));
  }
  std::cout << "mutants: " << bench.keys().size() << " of " << wanted.size()
            << " invariants broken and refused\n";
}

}  // namespace

TEST_CASE("a resource of any type with one rule broken is refused where it is broken") {
  REQUIRE_MESSAGE(fs::exists(k_package), "run scripts/setup: the examples are missing");
  const Engine engine = core_engine();
  Facts facts(k_package);
  const Recipes recipes = read_recipes(k_folder / "invariants.txt");
  Survivors survivors(k_folder / "survivors.txt");
  Bench bench(engine, survivors);
  std::size_t seen = 0;
  std::vector<std::string> without_example;
  for (const std::string& type : facts.resource_types()) {
    Mutator mutator(facts, recipes, [&](const Mutant& mutant) { bench.judge(mutant); });
    const auto subjects =
        subjects_of(k_package, type, k_subjects_per_type,
                    [&](const Document& document) { return engine.errors(document).empty(); });
    if (subjects.empty()) without_example.push_back(type);
    for (const Subject& subject : subjects) {
      bench.begin(type, subject.name, subject.document);
      mutator.break_rules(subject.document);
    }
    // What no example has; of the data types themselves in Parameters, which may hold any.
    const std::size_t variants = variants_of(facts, type);
    for (std::size_t variant = 0; variant < variants; ++variant) {
      const auto document = Document::read(
          filled(facts, type, variant,
                 type == "Parameters" ? DataTypes::whole : DataTypes::as_short_as_can_be));
      REQUIRE(document);
      bench.begin(type, type + ", filled", *document);
      mutator.break_rules(*document);
    }
    seen += mutator.seen().size();
  }
  bench.report("mutants", seen);
  std::cout << "mutants: no example of";
  for (const std::string& type : without_example) std::cout << ' ' << type;
  std::cout << '\n';
  CHECK(bench.by_type().size() == k_types);
  check_all_invariants_broken(facts, bench, survivors);
  survivors.check_all_taken();
}
