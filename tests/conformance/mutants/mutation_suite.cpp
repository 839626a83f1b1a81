// From official examples of every resource type one rule at a time is broken; each mutant is
// refused where it is broken, but for the places that survivors.txt lists with a reason.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <iomanip>
#include <iostream>
#include <map>

#include "facts.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/validation/validator.h"
#include "filled.h"
#include "invariant_recipes.h"
#include "mutator.h"
#include "subjects.h"
#include "survivors.h"
#include "terminology/terminology.h"

namespace {

namespace fs = std::filesystem;
using namespace mutants;
using fhir::json::Document;

const fs::path k_package = MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples";
const fs::path k_folder = MEDISYNC_SOURCE_DIR "/tests/conformance/mutants";
constexpr std::size_t k_subjects_per_type = 4;
constexpr std::size_t k_types = 146;

struct Engine {
  std::shared_ptr<const fhir::DefinitionStore> definitions;
  std::shared_ptr<const terminology::Terminology> terms;
  std::unique_ptr<fhir::validation::Validator> validator;

  std::vector<fhir::Issue> errors(const Document& document) const {
    fhir::IssueList issues;
    fhir::validation::Options options;
    options.vital_signs = false;  // the base definitions alone
    validator->validate(document, options, issues);
    std::erase_if(issues.issues(),
                  [](const fhir::Issue& issue) { return issue.severity > fhir::Severity::error; });
    return std::move(issues.issues());
  }
};

Engine make_engine() {
  fhir::LoadOptions load;
  load.sources = {k_package.string(), (k_package.parent_path() / "@lhncbc/ucum-lhc").string()};
  auto store = fhir::DefinitionStore::load(load);
  REQUIRE_MESSAGE(store, store.error().diagnostics);
  Engine engine{*store, terminology::Terminology::make(*store), nullptr};
  auto validator = fhir::validation::Validator::make(*store, engine.terms.get());
  REQUIRE_MESSAGE(validator, validator.error().diagnostics);
  engine.validator = std::move(*validator);
  return engine;
}

std::ptrdiff_t matches(const std::vector<fhir::Issue>& errors, const Mutant& mutant) {
  return std::count_if(errors.begin(), errors.end(), [&](const fhir::Issue& issue) {
    return issue.expression == mutant.expression && (!mutant.type || issue.type == *mutant.type) &&
           (mutant.key.empty() || issue.rule == mutant.key);
  });
}

std::string described(const std::vector<fhir::Issue>& errors) {
  std::string out;
  for (const fhir::Issue& issue : errors)
    out.append("\n    ")
        .append(fhir::code_of(issue.type))
        .append(" ")
        .append(issue.rule)
        .append(" " + issue.expression + ": " + issue.diagnostics);
  return out;
}

/// Judges mutants, and keeps count.
class Bench {
 public:
  Bench(const Engine& engine, Survivors& survivors) : engine_(engine), survivors_(survivors) {}

  void begin(const std::string& type, const std::string& name, const Document& document) {
    type_ = type;
    name_ = name;
    before_ = engine_.errors(document);
  }

  void judge(const Mutant& mutant) {
    const auto document = Document::read(mutant.json);
    REQUIRE_MESSAGE(document, name_ << " " << mutant.what << ": " << document.error().diagnostics);
    if (matches(before_, mutant) != 0) return;  // broken there from the beginning
    const auto errors = engine_.errors(*document);
    ++by_rule_[static_cast<std::size_t>(mutant.rule)];
    ++by_type_[type_];
    const bool is_refused = matches(errors, mutant) != 0;
    if (is_refused && !mutant.key.empty()) keys_.insert(mutant.key);
    const bool is_listed = survivors_.take(mutant);
    if (is_listed) ++listed_;
    if (is_refused == !is_listed) return;
    FAIL_CHECK(
        name_ << ": " << name_of(mutant.rule) << " | " << mutant.what << " | " << mutant.expression
              << (is_refused ? " is listed as a survivor and is refused now" : " is not refused")
              << described(errors));
  }

  void report(std::size_t seen) const {
    std::size_t all = 0;
    for (std::size_t rule = 0; rule < k_rules; ++rule) {
      all += by_rule_[rule];
      if (by_rule_[rule] != 0)
        std::cout << "mutants, " << name_of(static_cast<Rule>(rule)) << ": " << by_rule_[rule]
                  << '\n';
    }
    auto least = std::min_element(by_type_.begin(), by_type_.end(),
                                  [](const auto& a, const auto& b) { return a.second < b.second; });
    std::cout << "mutants: " << all << " of " << by_type_.size() << " resource types and " << seen
              << " elements, " << listed_ << " let pass as listed; fewest of " << least->first
              << ": " << least->second << '\n';
  }

  const std::map<std::string, std::size_t>& by_type() const { return by_type_; }
  const std::set<std::string>& keys() const { return keys_; }

 private:
  const Engine& engine_;
  Survivors& survivors_;
  std::string type_, name_;
  std::vector<fhir::Issue> before_;
  std::array<std::size_t, k_rules> by_rule_{};
  std::map<std::string, std::size_t> by_type_;
  std::set<std::string> keys_;
  std::size_t listed_ = 0;
};

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
  const Engine engine = make_engine();
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
  bench.report(seen);
  std::cout << "mutants: no example of";
  for (const std::string& type : without_example) std::cout << ' ' << type;
  std::cout << '\n';
  CHECK(bench.by_type().size() == k_types);
  check_all_invariants_broken(facts, bench, survivors);
  survivors.check_all_taken();
}
