// https://ucum.org/ucum#section-Semantics
#include "terminology/ucum/unit.h"

#include <algorithm>
#include <cstdlib>

namespace terminology::ucum {
namespace {

using fhir::Decimal;

constexpr int k_power_max = 999;

Ratio ratio_of(Decimal value) { return {std::move(value), Decimal(1)}; }

/// Adds the exponents of b, times `times`, to those of a.
std::optional<Dimension> sum(const Dimension& a, const Dimension& b, int times) {
  Dimension result;
  auto add = [&](std::string_view base, int exponent) {
    if (exponent != 0) result.push_back({base, exponent});
    return std::abs(exponent) <= k_power_max;
  };
  bool is_within = true;
  auto x = a.begin();
  auto y = b.begin();
  while (x != a.end() || y != b.end()) {
    if (y == b.end() || (x != a.end() && x->base < y->base)) {
      is_within &= add(x->base, x->exponent);
      ++x;
    } else if (x == a.end() || y->base < x->base) {
      is_within &= add(y->base, y->exponent * times);
      ++y;
    } else {
      is_within &= add(x->base, x->exponent + y->exponent * times);
      ++x;
      ++y;
    }
  }
  if (!is_within) return std::nullopt;
  return result;
}

bool is_number(const Unit& unit) { return unit.function == nullptr && unit.dimension.empty(); }

}  // namespace

std::optional<Ratio> Unit::to_base(const Decimal& value) const {
  if (function == nullptr) return multiply(factor, ratio_of(value));
  const auto scaled = multiply(scale, ratio_of(value));
  if (!scaled) return std::nullopt;
  const auto proper = function->from_scale(value_of(*scaled));
  if (!proper) return std::nullopt;
  return multiply(factor, ratio_of(*proper));
}

std::optional<Decimal> Unit::from_base(const Ratio& value) const {
  const auto proper = divide(value, factor);
  if (!proper) return std::nullopt;
  if (function == nullptr) return value_of(*proper);
  const auto on_scale = function->to_scale(value_of(*proper));
  if (!on_scale) return std::nullopt;
  const auto unscaled = divide(ratio_of(*on_scale), scale);
  if (!unscaled) return std::nullopt;
  return value_of(*unscaled);
}

std::string text_of(const Dimension& dimension) {
  std::string text;
  for (const Power& power : dimension) {
    if (!text.empty()) text += '.';
    text += power.base;
    if (power.exponent != 1) text += std::to_string(power.exponent);
  }
  return text.empty() ? "1" : text;
}

std::optional<Unit> combine(const Unit& a, const Unit& b, int sign) {
  if (a.function != nullptr || b.function != nullptr) {
    const bool is_scaled = a.function != nullptr && is_number(b);
    if (!is_scaled && (sign < 0 || !is_number(a))) return std::nullopt;
    Unit result = is_scaled ? a : b;
    const Ratio& number = is_scaled ? b.factor : a.factor;
    const auto scale = sign < 0 ? divide(result.scale, number) : multiply(result.scale, number);
    if (!scale) return std::nullopt;
    result.scale = *scale;
    return result;
  }
  auto factor = sign < 0 ? divide(a.factor, b.factor) : multiply(a.factor, b.factor);
  auto dimension = sum(a.dimension, b.dimension, sign);
  if (!factor || !dimension) return std::nullopt;
  Unit result;
  result.factor = *std::move(factor);
  result.dimension = *std::move(dimension);
  return result;
}

UnitCompiler::UnitCompiler(const SymbolTable& symbols)
    : symbols_(symbols),
      atoms_(symbols.atoms().size()),
      states_(symbols.atoms().size(), State::unseen) {
  for (const Atom& atom : symbols.atoms()) resolve(atom);
}

/// Those that a definition stands on come first; one that stands on itself has no meaning.
void UnitCompiler::resolve(const Atom& atom) {
  State& state = states_[atom.index];
  if (state != State::unseen) return;
  state = State::open;
  atoms_[atom.index] = define(atom);
  states_[atom.index] = State::done;
}

void UnitCompiler::resolve_all(const Term& term) {
  for (const Component& component : term) {
    if (component.kind == Component::Kind::symbol) resolve(*component.symbol.atom);
    resolve_all(component.group);
  }
}

std::optional<Unit> UnitCompiler::define(const Atom& atom) {
  Unit unit;
  if (atom.is_base || (atom.is_arbitrary && atom.unit == "1")) {
    unit.dimension.push_back({atom.code, 1});
    return unit;
  }
  const auto term = parse_expression(atom.unit, symbols_);
  if (!term) return std::nullopt;
  resolve_all(*term);
  auto proper = compile(*term);
  if (!proper) return std::nullopt;
  unit.factor = ratio_of(atom.factor);
  auto defined = combine(unit, *proper, 1);
  if (!defined || atom.function.empty()) return defined;
  defined->function = special_function(atom.function);
  if (defined->function == nullptr || proper->function != nullptr) return std::nullopt;
  return defined;
}

std::optional<Unit> UnitCompiler::compile(const Term& term) const {
  std::optional<Unit> result = Unit{};
  for (const Component& component : term) {
    const auto part = compile(component);
    if (!part) return std::nullopt;
    result = combine(*result, *part, component.is_divisor ? -1 : 1);
    if (!result) return std::nullopt;
  }
  result->factor = simplified(result->factor);
  return result;
}

std::optional<Unit> UnitCompiler::compile(const Component& component) const {
  switch (component.kind) {
    case Component::Kind::group:
      return compile(component.group);
    case Component::Kind::symbol:
      return compile_symbol(component);
    case Component::Kind::factor:
    case Component::Kind::annotation:
      break;
  }
  Unit number;
  const auto value = Decimal::parse(component.text);
  if (!value || value->sign() == 0) return std::nullopt;
  number.factor = ratio_of(*value);
  return number;
}

std::optional<Unit> UnitCompiler::compile_symbol(const Component& component) const {
  const std::optional<Unit>& atom = atoms_[component.symbol.atom->index];
  if (!atom) return std::nullopt;
  Unit prefix;
  if (component.symbol.prefix != nullptr) prefix.factor = ratio_of(component.symbol.prefix->value);
  auto unit = combine(prefix, *atom, 1);
  if (!unit || component.exponent == 1) return unit;
  if (unit->function != nullptr) return std::nullopt;
  const auto factor = power(unit->factor, component.exponent);
  auto dimension = sum({}, unit->dimension, component.exponent);
  if (!factor || !dimension) return std::nullopt;
  unit->factor = *factor;
  unit->dimension = *std::move(dimension);
  return unit;
}

}  // namespace terminology::ucum
