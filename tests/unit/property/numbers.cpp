#include "tests/unit/property/numbers.h"

#include <algorithm>
#include <sstream>

#include "tests/unit/property/world.h"

namespace property_test {
namespace {

using fhir::Decimal;

std::optional<Decimal> decimal(std::string_view text) { return Decimal::parse(text); }

/// The value that is asked for, and what its digits stand for: [low, high).
struct Asked {
  Decimal value, low, high, near_low, near_high;
};

Decimal times_ten(Decimal value, int exponent) {
  for (; exponent > 0; --exponent) value = value * Decimal(10);
  for (; exponent < 0; ++exponent) value = value * Decimal::from_parts(1, 1);
  return value;
}

/// "100: … [99.5 .. 100.5)", "100.00: … [99.995 .. 100.005)", "1e2: … [95 .. 105)".
Asked read(const std::string& text) {
  const std::size_t e = text.find('e');
  const std::string digits = text.substr(0, e);
  const int exponent = e == std::string::npos ? 0 : std::stoi(text.substr(e + 1));
  const std::size_t point = digits.find('.');
  const int places = point == std::string::npos ? 0 : static_cast<int>(digits.size() - point - 1);
  const Decimal value = times_ten(*decimal(digits), exponent);
  const Decimal half =
      times_ten(Decimal::from_parts(5, places + (e == std::string::npos ? 1 : 2)), exponent);
  // "the recommended value for the approximation is 10% of the stated value"; never less than the
  // value's own precision.
  const Decimal tenth = value.abs() * Decimal::from_parts(1, 1);
  return {value, value - half, value + half, std::min(value - tenth, value - half),
          std::max(value + tenth, value + half)};
}

bool reaches_above(const Span& span, const Decimal& value) {
  return !span.high.value || *span.high.value > value;
}
bool reaches_below(const Span& span, const Decimal& value) {
  return !span.low.value || *span.low.value < value;
}
bool reaches(const Span& span, const Decimal& low, const Decimal& high) {
  const bool ends_before = span.high.value && (*span.high.value < low ||
                                               (span.high.is_excluded && *span.high.value == low));
  const bool starts_after = span.low.value && (*span.low.value > high ||
                                               (span.low.is_excluded && *span.low.value == high));
  return !ends_before && !starts_after;
}

bool is_match(const std::string& prefix, const Asked& asked, const Span& target) {
  const End &low = target.low, &high = target.high;
  const bool is_within =
      low.value && high.value && *low.value >= asked.low &&
      (*high.value < asked.high || (high.is_excluded && *high.value == asked.high));
  if (prefix == "ne") return !is_within;
  // "When a comparison prefix … is provided, the implicit precision of the number is ignored".
  if (prefix == "gt") return reaches_above(target, asked.value);
  if (prefix == "lt") return reaches_below(target, asked.value);
  if (prefix == "ge")
    return reaches_above(target, asked.value) || (!high.is_excluded && *high.value == asked.value);
  if (prefix == "le")
    return reaches_below(target, asked.value) || (!low.is_excluded && *low.value == asked.value);
  if (prefix == "sa")
    return low.value &&
           (*low.value > asked.value || (low.is_excluded && *low.value == asked.value));
  if (prefix == "eb")
    return high.value &&
           (*high.value < asked.value || (high.is_excluded && *high.value == asked.value));
  if (prefix == "ap") return reaches(target, asked.near_low, asked.near_high);
  return is_within;
}

std::string text_at(const fhir::Element& element, std::string_view name) {
  return std::string(fhir::child(element, name).text());
}

std::optional<Span> range_of(const fhir::Element& range) {
  const auto low = decimal(fhir::child(fhir::child(range, "low"), "value").text());
  const auto high = decimal(fhir::child(fhir::child(range, "high"), "value").text());
  if (!low && !high) return {};
  return Span{{low}, {high}};
}

std::optional<Span> sampled_span(const fhir::Element& sampled) {
  const auto origin = decimal(text_at(fhir::child(sampled, "origin"), "value"));
  const Decimal factor = decimal(text_at(sampled, "factor")).value_or(Decimal(1));
  std::optional<Decimal> least, greatest;
  std::istringstream samples(text_at(sampled, "data"));
  for (std::string sample; samples >> sample;) {
    const auto read = decimal(sample);
    if (!read || !origin) continue;  // E, U, L
    const Decimal value = *origin + *read * factor;
    least = least ? std::min(*least, value) : value;
    greatest = greatest ? std::max(*greatest, value) : value;
  }
  if (!least) return {};
  return Span{{least}, {greatest}};
}

Amount with_unit(const Span& span, const fhir::Element& quantity) {
  return {span, text_at(quantity, "system"), text_at(quantity, "code"), text_at(quantity, "unit")};
}

/// In base units; nothing when there are none, or more in the unit is not more in base units.
std::optional<fhir::UnitValue> in_base(const Decimal& value, const std::string& code) {
  if (code.empty() || !units().is_linear(code)) return {};
  return units().canonical(value, code);
}

}  // namespace

std::optional<Span> span_of(const fhir::Element& value) {
  if (!value.is_primitive()) return range_of(value);
  const auto number = decimal(value.text());
  if (!number) return {};
  return Span{{number}, {number}};
}

std::optional<Amount> amount_of(const fhir::Element& value) {
  const std::string_view type = value.type->name;
  if (type == "Range") {
    const auto span = range_of(value);
    const fhir::Element low = fhir::child(value, "low");
    if (!span) return {};
    return with_unit(*span, low.value != nullptr ? low : fhir::child(value, "high"));
  }
  if (type == "SampledData") {
    const auto span = sampled_span(value);
    if (!span) return {};
    return with_unit(*span, fhir::child(value, "origin"));
  }
  const auto number = decimal(text_at(value, "value"));
  if (!number) return {};
  Span span{{number}, {number}};
  if (type == "Money") {
    const std::string currency = text_at(value, "currency");
    return Amount{span, currency.empty() ? "" : "urn:iso:std:iso:4217", currency, ""};
  }
  const std::string comparator = text_at(value, "comparator");
  if (comparator == "<" || comparator == "<=") span.low.value.reset();
  if (comparator == ">" || comparator == ">=") span.high.value.reset();
  span.low.is_excluded = comparator == ">";
  span.high.is_excluded = comparator == "<";
  return with_unit(span, value);
}

bool is_number_match(const std::string& prefix, const std::string& asked, const Span& target) {
  return is_match(prefix, read(asked), target);
}

bool is_quantity_match(const Value& asked, const Amount& target) {
  const Asked number = read(asked.parts[0]);
  if (asked.parts.size() == 1) return is_match(asked.prefix, number, target.span);
  const std::string &system = asked.parts[1], &code = asked.parts[2];
  const auto base = system == fhir::k_ucum_system ? in_base(number.value, code) : std::nullopt;
  if (base) {
    const auto convert = [&](const Decimal& value) { return in_base(value, code)->value; };
    const Asked converted{base->value, convert(number.low), convert(number.high),
                          convert(number.near_low), convert(number.near_high)};
    Span span = target.span;
    for (End* end : {&span.low, &span.high}) {
      if (!end->value) continue;
      const auto value = target.system == system ? in_base(*end->value, target.code) : std::nullopt;
      if (!value || value->unit != base->unit) return false;
      end->value = value->value;
    }
    return is_match(asked.prefix, converted, span);
  }
  // "number||code: … matches … against either the code or the stated human unit".
  const bool is_of_unit = system.empty() ? code == target.code || code == target.printed
                                         : system == target.system && code == target.code;
  return is_of_unit && is_match(asked.prefix, number, target.span);
}

}  // namespace property_test
