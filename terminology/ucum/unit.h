// What a unit means: a factor and the powers of base units that it counts.
// https://ucum.org/ucum#section-Semantics
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/decimal.h"
#include "terminology/ucum/expression.h"
#include "terminology/ucum/ratio.h"
#include "terminology/ucum/special_function.h"
#include "terminology/ucum/symbol_table.h"

namespace terminology::ucum {

/// A base unit, or an arbitrary unit: those are "not commensurable with any other unit".
struct Power {
  std::string_view base;
  int exponent = 0;
  friend bool operator==(const Power&, const Power&) = default;
};

/// In the order of their codes, none with the exponent 0; empty: a plain number.
using Dimension = std::vector<Power>;

struct Unit {
  Ratio factor;  // of a special unit: of its proper unit
  Dimension dimension;
  const SpecialFunction* function = nullptr;  // of a special unit
  Ratio scale;  // of a special unit: what its prefix counts, `d` of `dB`

  /// The value in base units, and the reverse; nothing outside of the function's domain and past
  /// the limits.
  std::optional<Ratio> to_base(const fhir::Decimal& value) const;
  std::optional<fhir::Decimal> from_base(const Ratio& value) const;
};

/// As a UCUM expression: `g.m-3`, `1`.
std::string text_of(const Dimension& dimension);

/// Knows the meaning of every atom; immutable.
class UnitCompiler {
 public:
  /// symbols   outlives this and the units that it makes
  explicit UnitCompiler(const SymbolTable& symbols);

  /// Nothing for a special unit with an exponent or beside other units ("special units … can not
  /// take part in any algebraic operations involving other units"), and past the limits.
  std::optional<Unit> compile(const Term& term) const;

 private:
  enum class State : unsigned char { unseen, open, done };
  void resolve(const Atom& atom);
  void resolve_all(const Term& term);
  std::optional<Unit> define(const Atom& atom);
  std::optional<Unit> compile(const Component& component) const;
  std::optional<Unit> compile_symbol(const Component& component) const;

  const SymbolTable& symbols_;
  std::vector<std::optional<Unit>> atoms_;  // by the atom's index
  std::vector<State> states_;
};

/// a · b^sign for units without a function; with one, b must be a plain number.
std::optional<Unit> combine(const Unit& a, const Unit& b, int sign);

}  // namespace terminology::ucum
