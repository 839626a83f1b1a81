// Quantities of different units brought to one: calendar durations among themselves, the rest by
// the unit system. https://hl7.org/fhirpath/N1/#quantity
#include "fhir/model/unit_system.h"

#include "fhir/fhirpath/operators.h"

namespace fhir::fhirpath {
namespace {

/// How long one of a unit of time is. Months and milliseconds do not convert.
struct Duration {
  bool is_months;
  std::int64_t count;
};

std::optional<Duration> duration(const Operand& quantity) {
  const std::string_view word =
      quantity.is_calendar ? quantity.text : calendar_word_of_ucum(quantity.text);
  if (word == "year") return Duration{true, 12};
  if (word == "month") return Duration{true, 1};
  if (word == "week") return Duration{false, 604'800'000};
  if (word == "day") return Duration{false, 86'400'000};
  if (word == "hour") return Duration{false, 3'600'000};
  if (word == "minute") return Duration{false, 60'000};
  if (word == "second") return Duration{false, 1000};
  if (word == "millisecond") return Duration{false, 1};
  return std::nullopt;
}

/// Whether the two are compared as durations: one is a calendar's, or nothing else is known.
bool are_durations(const UnitSystem* units, const Operand& a, const Operand& b) {
  return units == nullptr || a.is_calendar || b.is_calendar;
}

/// Order of one of `a` and one of `b`; nothing for units of different dimension.
std::optional<std::strong_ordering> order_of_units(const UnitSystem* units, const Operand& a,
                                                   const Operand& b) {
  if (are_durations(units, a, b)) {
    const auto x = duration(a);
    const auto y = duration(b);
    if (!x || !y || x->is_months != y->is_months) return std::nullopt;
    return x->count <=> y->count;
  }
  const auto x = units->canonical(Decimal(1), a.text);
  const auto y = units->canonical(Decimal(1), b.text);
  if (!x || !y || x->unit != y->unit) return std::nullopt;
  return x->value <=> y->value;
}

/// A calendar word takes part in algebra as the UCUM unit of its name.
std::string_view ucum_text(const Operand& quantity) {
  return quantity.is_calendar ? ucum_of_calendar_word(quantity.text) : quantity.text;
}

bool is_plain(const Operand& quantity) { return !quantity.is_calendar && quantity.text == "1"; }

}  // namespace

std::optional<Decimal> value_in_unit(const UnitSystem* units, const Operand& quantity,
                                     const Operand& unit) {
  if (quantity.text == unit.text) return quantity.decimal;
  if (!are_durations(units, quantity, unit))
    return units->convert(quantity.decimal, quantity.text, unit.text);
  const auto from = duration(quantity);
  const auto to = duration(unit);
  if (!from || !to || from->is_months != to->is_months) return std::nullopt;
  return Decimal::divide(quantity.decimal * Decimal(from->count), Decimal(to->count));
}

bool same_unit(const UnitSystem* units, Operand& a, Operand& b, CommonUnit wanted) {
  if (a.text == b.text) return true;
  const auto order = order_of_units(units, a, b);
  if (!order) return false;
  const bool keeps_a = (*order <= 0) == (wanted == CommonUnit::finer);
  Operand& changed = keeps_a ? b : a;
  const Operand& kept = keeps_a ? a : b;
  auto value = value_in_unit(units, changed, kept);
  if (!value) return false;
  changed.decimal = *std::move(value);
  changed.text = kept.text;
  changed.is_calendar = kept.is_calendar;
  return true;
}

std::optional<Quantity> product(const UnitSystem* units, const Operand& a, const Operand& b) {
  if (is_plain(b)) return Quantity{a.decimal * b.decimal, std::string(a.text), a.is_calendar};
  if (is_plain(a)) return Quantity{a.decimal * b.decimal, std::string(b.text), b.is_calendar};
  const std::string_view unit_a = ucum_text(a);
  const std::string_view unit_b = ucum_text(b);
  if (units != nullptr) {
    auto result = units->multiply(a.decimal, unit_a, b.decimal, unit_b);
    if (!result) return std::nullopt;
    return Quantity{std::move(result->value), std::move(result->unit), false};
  }
  std::string unit(unit_a);
  if (unit_a == unit_b) {
    unit += "2";
  } else {
    unit.append(".").append(unit_b);
  }
  return Quantity{a.decimal * b.decimal, std::move(unit), false};
}

std::optional<Quantity> quotient(const UnitSystem* units, const Operand& a, const Operand& b) {
  auto value = Decimal::divide(a.decimal, b.decimal);
  if (!value) return std::nullopt;
  if (is_plain(b)) return Quantity{*std::move(value), std::string(a.text), a.is_calendar};
  const std::string_view unit_a = ucum_text(a);
  const std::string_view unit_b = ucum_text(b);
  if (units != nullptr) {
    auto result = units->divide(a.decimal, unit_a, b.decimal, unit_b);
    if (!result) return std::nullopt;
    return Quantity{std::move(result->value), std::move(result->unit), false};
  }
  if (unit_a == unit_b) return Quantity{*std::move(value), "1", false};
  return Quantity{*std::move(value), std::string(unit_a).append("/").append(unit_b), false};
}

}  // namespace fhir::fhirpath
