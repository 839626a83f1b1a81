// The expression of `_filter`, read by its grammar: no name is looked up yet.
// https://hl7.org/fhir/R4/search_filter.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace server::search {

inline constexpr std::size_t k_filter_depth_max = 16;   // of (), [] and not()
inline constexpr std::size_t k_filter_tests_max = 100;  // `path operator value`

/// In the order of the specification's table.
enum class FilterOperator : std::uint8_t {
  eq,
  ne,
  co,  // contains
  sw,  // starts with
  ew,  // ends with
  gt,
  lt,
  ge,
  le,
  ap,
  sa,
  eb,
  pr,  // is present
  po,  // overlaps the period
  ss,  // subsumes
  sb,  // is subsumed by
  in,  // is in the value set
  ni,  // is not in the value set
  re   // refers to
};

/// As written in an expression.
std::string_view name_of(FilterOperator operation);

struct FilterStep;

struct FilterExpression {
  enum class Kind : std::uint8_t { test, all, any, negation };
  Kind kind = Kind::test;
  std::size_t at = 0;                   // where it begins: characters from 1
  std::vector<FilterExpression> parts;  // of all but a test
  // Of a test:
  std::vector<FilterStep> path;  // not empty
  FilterOperator operation = FilterOperator::eq;
  std::string value;  // a string without its quotes, decoded
};

/// `name`, or `name[filter]`, which another step follows.
struct FilterStep {
  std::string name;                      // `subject`, `subject:Patient`, `_has:Observation:subject`
  std::vector<FilterExpression> filter;  // one or none
};

/// Reads an expression. "Logical expressions are evaluated left to right, with no precedence
/// between `and` and `or`."
///
/// text       UTF-8
/// errors     invalid: it is not of the grammar · too-costly: limits above. Line and column say
///            where, the diagnostics too.
fhir::Result<FilterExpression> parse_filter_expression(std::string_view text);

/// The issue as it is said of the character `at` of an expression; one that has its place keeps it.
fhir::Issue at_character(std::size_t at, fhir::Issue issue);

}  // namespace server::search
