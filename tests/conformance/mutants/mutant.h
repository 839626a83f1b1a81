// One resource with one rule broken, and where the validator has to say so.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/base/issue.h"

namespace mutants {

enum class Rule {
  required_element,
  wrong_type,
  bad_code,
  extra_element,
  cardinality,
  bad_reference,
  invariant,
  slice
};
constexpr std::size_t k_rules = 8;

constexpr std::string_view name_of(Rule rule) {
  constexpr std::string_view k_names[k_rules] = {"required element", "wrong type",  "bad code",
                                                 "extra element",    "cardinality", "bad reference",
                                                 "invariant",        "slice"};
  return k_names[static_cast<std::size_t>(rule)];
}

struct Mutant {
  Rule rule;
  std::string json;
  std::string expression;               // where an error must stand
  std::optional<fhir::IssueType> type;  // what kind of error, where that is clear
  std::string key = {};                 // of the invariant that is broken
  std::string what = {};                // what was done, in a few words
};

using Judge = std::function<void(const Mutant&)>;

}  // namespace mutants
