#include "bench.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <iostream>

namespace mutants {
namespace {

std::ptrdiff_t matches(const std::vector<fhir::Issue>& errors, const Mutant& mutant) {
  return std::count_if(errors.begin(), errors.end(), [&](const fhir::Issue& issue) {
    return issue.expression == mutant.expression && (!mutant.type || issue.type == *mutant.type) &&
           (mutant.key.empty() || issue.rule == mutant.key);
  });
}

}  // namespace

std::vector<fhir::Issue> Engine::errors(const fhir::json::Document& document,
                                        const std::vector<std::string>& profiles) const {
  fhir::IssueList issues;
  fhir::validation::Options options;
  options.vital_signs = false;  // only what is claimed and asked for
  options.profiles = profiles;
  validator->validate(document, options, issues);
  std::erase_if(issues.issues(),
                [](const fhir::Issue& issue) { return issue.severity > fhir::Severity::error; });
  return std::move(issues.issues());
}

Engine make_engine(const fhir::Result<std::shared_ptr<const fhir::DefinitionStore>>& definitions) {
  REQUIRE_MESSAGE(definitions, definitions.error().diagnostics);
  Engine engine{*definitions, terminology::Terminology::make(*definitions), nullptr};
  auto validator = fhir::validation::Validator::make(*definitions, engine.terms.get());
  REQUIRE_MESSAGE(validator, validator.error().diagnostics);
  engine.validator = std::move(*validator);
  return engine;
}

const std::vector<fhir::Issue>& Bench::begin(const std::string& type, const std::string& name,
                                             const fhir::json::Document& document,
                                             std::vector<std::string> profiles) {
  type_ = type;
  name_ = name;
  profiles_ = std::move(profiles);
  before_ = engine_.errors(document, profiles_);
  return before_;
}

void Bench::judge(const Mutant& mutant) {
  const auto document = fhir::json::Document::read(mutant.json);
  REQUIRE_MESSAGE(document, name_ << " " << mutant.what << ": " << document.error().diagnostics);
  if (matches(before_, mutant) != 0) return;  // broken there from the beginning
  const auto errors = engine_.errors(*document, profiles_);
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

void Bench::report(std::string_view title, std::size_t seen) const {
  std::size_t all = 0;
  for (std::size_t rule = 0; rule < k_rules; ++rule) {
    all += by_rule_[rule];
    if (by_rule_[rule] != 0)
      std::cout << title << ", " << name_of(static_cast<Rule>(rule)) << ": " << by_rule_[rule]
                << '\n';
  }
  auto least = std::min_element(by_type_.begin(), by_type_.end(),
                                [](const auto& a, const auto& b) { return a.second < b.second; });
  std::cout << title << ": " << all << " of " << by_type_.size() << " resource types and " << seen
            << " elements, " << listed_ << " let pass as listed; fewest of " << least->first << ": "
            << least->second << '\n';
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

}  // namespace mutants
