// https://hl7.org/fhir/R4/search.html#quantity: "the search processor may choose to perform a
// search based on canonical units".
#include "src/search/canonical_unit.h"

#include <array>
#include <charconv>
#include <cmath>

namespace server::search {
namespace {

using fhir::Decimal;

/// The shortest decimal that reads as the same double: the one that was sent, if it had no more
/// digits than a double holds.
std::optional<Decimal> decimal_of(double value) {
  std::array<char, 40> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return Decimal::parse({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

/// One unit on the way to base units, for one value after another.
class Converter {
 public:
  Converter(const fhir::UnitSystem& units, std::string_view unit) : units_(units), unit_(unit) {}

  std::optional<double> operator()(double value) {
    if (std::isinf(value)) return value;
    const auto decimal = decimal_of(value);
    if (!decimal) return std::nullopt;
    auto base = units_.canonical(*decimal, unit_);
    if (!base) return std::nullopt;
    base_unit = std::move(base->unit);
    const double result = base->value.to_double();
    if (!std::isfinite(result)) return std::nullopt;
    return result;
  }

  std::string base_unit;

 private:
  const fhir::UnitSystem& units_;
  std::string_view unit_;
};

}  // namespace

std::optional<CanonicalRange> in_base_units(const fhir::UnitSystem* units, std::string_view unit,
                                            const NumberRange& range) {
  if (units == nullptr || unit.empty() || !units->is_linear(unit)) return std::nullopt;
  if (std::isinf(range.low) && std::isinf(range.high)) return std::nullopt;
  Converter convert(*units, unit);
  const auto low = convert(range.low);
  const auto high = range.high == range.low ? low : convert(range.high);
  if (!low || !high) return std::nullopt;
  return CanonicalRange{{*low, *high}, std::move(convert.base_unit)};
}

void ask_in_base_units(const fhir::UnitSystem* units, Operand& operand) {
  if (operand.system != fhir::k_ucum_system) return;
  auto asked = in_base_units(units, operand.code, {operand.number_low, operand.number_high});
  const auto value = in_base_units(units, operand.code, {operand.number, operand.number});
  const auto slack =
      in_base_units(units, operand.code, {operand.number, operand.number + operand.tolerance});
  if (!asked || !value || !slack) return;
  operand.system = k_canonical_units;
  operand.code = std::move(asked->unit);
  operand.number = value->range.low;
  operand.number_low = asked->range.low;
  operand.number_high = asked->range.high;
  operand.tolerance = slack->range.high - slack->range.low;
}

}  // namespace server::search
