// Quantities of different units brought to one, as far as it is known without a UCUM library:
// durations, metric prefixes, a few customary units. https://hl7.org/fhirpath/N1/#quantity
#include <array>

#include "fhir/fhirpath/operators.h"

namespace fhir::fhirpath {
namespace {

struct Scaled {
  std::string_view base;
  Decimal factor;
};

struct Prefix {
  std::string_view text;
  int exponent;
};

constexpr std::array<Prefix, 20> k_prefixes = {
    {{"da", 1}, {"Y", 24},  {"Z", 21},  {"E", 18},  {"P", 15},  {"T", 12}, {"G", 9},
     {"M", 6},  {"k", 3},   {"h", 2},   {"d", -1},  {"c", -2},  {"m", -3}, {"u", -6},
     {"n", -9}, {"p", -12}, {"f", -15}, {"a", -18}, {"z", -21}, {"y", -24}}};

constexpr std::array<std::string_view, 16> k_metric = {
    "m", "g", "L", "l", "s", "mol", "Pa", "J", "W", "V", "A", "K", "Hz", "eq", "U", "[iU]"};

std::optional<Scaled> duration(const Operand& quantity) {
  const std::string_view word =
      quantity.is_calendar ? quantity.text : calendar_word_of_ucum(quantity.text);
  if (word == "year") return Scaled{"month", Decimal(12)};
  if (word == "month") return Scaled{"month", Decimal(1)};
  if (word == "week") return Scaled{"ms", Decimal(604'800'000)};
  if (word == "day") return Scaled{"ms", Decimal(86'400'000)};
  if (word == "hour") return Scaled{"ms", Decimal(3'600'000)};
  if (word == "minute") return Scaled{"ms", Decimal(60'000)};
  if (word == "second") return Scaled{"ms", Decimal(1000)};
  if (word == "millisecond") return Scaled{"ms", Decimal(1)};
  return std::nullopt;
}

/// Customary units, exact by their definition.
std::optional<Scaled> customary(std::string_view unit) {
  if (unit == "[lb_av]") return Scaled{"g", Decimal::from_parts(45'359'237, 5)};
  if (unit == "[oz_av]") return Scaled{"g", Decimal::from_parts(28'349'523'125, 9)};
  if (unit == "[in_i]") return Scaled{"m", Decimal::from_parts(254, 4)};
  if (unit == "[ft_i]") return Scaled{"m", Decimal::from_parts(3048, 4)};
  return std::nullopt;
}

std::optional<Scaled> metric(std::string_view unit) {
  if (auto found = customary(unit)) return found;
  for (std::string_view base : k_metric) {
    if (unit == base) return Scaled{base == "l" ? "L" : base, Decimal(1)};
    if (!unit.ends_with(base)) continue;
    const std::string_view prefix = unit.substr(0, unit.size() - base.size());
    for (const Prefix& known : k_prefixes) {
      if (prefix == known.text)
        return Scaled{base == "l" ? "L" : base, Decimal::from_parts(1, -known.exponent)};
    }
  }
  return std::nullopt;
}

}  // namespace

bool same_unit(Operand& a, Operand& b) {
  if (a.text == b.text) return true;
  auto left = duration(a);
  auto right = duration(b);
  if (!left || !right) {
    left = metric(a.text);
    right = metric(b.text);
  }
  if (!left || !right || left->base != right->base) return false;
  a.decimal = a.decimal * left->factor;
  b.decimal = b.decimal * right->factor;
  a.text = b.text = left->base;
  return true;
}

}  // namespace fhir::fhirpath
