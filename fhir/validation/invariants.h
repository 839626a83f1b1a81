// The invariants of all definitions, compiled once. Immutable; safe for many threads.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
#pragma once

#include <memory>
#include <optional>
#include <string_view>
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

class Invariants {
 public:
  /// errors   invalid: an expression that does not compile
  static Result<std::unique_ptr<const Invariants>> compile(const DefinitionStore& definitions);

  /// What can be told without the engine; open when that is nothing.
  Truth judge_quickly(const Constraint& constraint, const Element& element) const;

  Verdict judge_by_engine(const Constraint& constraint, const Element& element,
                          const fhirpath::Environment& environment) const;

 private:
  struct Compiled {
    Shortcut shortcut;
    std::optional<fhirpath::Expression> expression;
  };
  std::vector<Compiled> compiled_;  // by Constraint::index
};

/// The expression that is meant where R4 published another.
///
/// deviation: R4 publishes some invariants that contradict their own words; the reference validator
/// replaces them in the same way.
std::string_view corrected(std::string_view expression);

}  // namespace fhir::validation
