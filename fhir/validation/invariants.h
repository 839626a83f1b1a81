// The invariants of all definitions, compiled once. Immutable; safe for many threads.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/fhirpath/expression.h"
#include "fhir/validation/shortcut.h"

namespace fhir::validation {

enum class Verdict : std::uint8_t {
  holds,
  broken,
  undecided,  // the expression ends in an error for this element
};

/// One constraint's expression, ready to be judged: at a glance first, then by the engine.
class Rule {
 public:
  Rule() = default;
  /// expression   outlives the rule; what does not compile leaves every judgement undecided
  Rule(std::string_view expression, const DefinitionStore& definitions);
  Rule(std::string_view expression, fhirpath::Expression program)
      : shortcut_(expression), expression_(std::move(program)) {}

  bool is_compiled() const { return expression_.has_value(); }
  /// Null when it did not compile.
  const fhirpath::Expression* expression() const { return expression_ ? &*expression_ : nullptr; }
  /// What can be told without the engine; open when that is nothing.
  Truth judge_quickly(const Element& element) const {
    return shortcut_ && shortcut_->is_useful() ? shortcut_->judge(element) : Truth::open;
  }
  Verdict judge_by_engine(const Element& element, const fhirpath::Environment& environment) const;

 private:
  std::optional<Shortcut> shortcut_;
  std::optional<fhirpath::Expression> expression_;
};

class Invariants {
 public:
  /// errors   invalid: an expression that does not compile
  static Result<std::unique_ptr<const Invariants>> compile(const DefinitionStore& definitions);

  const Rule& rule(const Constraint& constraint) const { return rules_[constraint.index]; }

 private:
  std::vector<Rule> rules_;  // by Constraint::index
};

/// The expression that is meant where R4 published another.
///
/// deviation: R4 publishes some invariants that contradict their own words; the reference validator
/// replaces them in the same way.
std::string_view corrected(std::string_view expression);

}  // namespace fhir::validation
