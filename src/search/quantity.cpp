// Quantities: `value`, `value|system|code`, `value||code`.
// https://hl7.org/fhir/R4/search.html#quantity
#include <algorithm>
#include <cmath>

#include "src/search/canonical_unit.h"
#include "src/search/escape.h"
#include "src/search/index_value.h"
#include "src/search/operand.h"
#include "src/search/value_ranges.h"

namespace server::search {
namespace {

constexpr double k_infinity = std::numeric_limits<double>::infinity();

struct Unit {
  std::string_view system;
  std::string_view code;
  std::string_view printed;
};

Unit unit_of(const fhir::Element& quantity) {
  if (quantity.value == nullptr) return {};
  return {quantity.value->string_at("system"), quantity.value->string_at("code"),
          quantity.value->string_at("unit")};
}

/// `<5` is any number below 5, but not 5: its end is not of it.
struct Values {
  NumberRange range;
  bool excludes_low = false, excludes_high = false;
};

// Open ends as closed ones of the next double; in base units it is the next one there, since the
// next in the unit as sent may be the same there (a degree's zero point is far away).
NumberRange closed(const Values& values, NumberRange range) {
  if (values.excludes_low) range.low = std::nextafter(range.low, k_infinity);
  if (values.excludes_high) range.high = std::nextafter(range.high, -k_infinity);
  return range;
}

// `||unit` asks for "the code or the stated human unit": a printed unit that differs from the code
// is a row of its own, without the system. A UCUM unit is indexed in base units too.
void add(const Unit& unit, const Values& values, Parameter parameter, const IndexContext& context,
         IndexRows& rows) {
  const NumberRange range = closed(values, values.range);
  const auto add_row = [&](std::string_view system, std::string_view code) {
    rows.quantities.push_back(
        {parameter, std::string(system), std::string(code), range.low, range.high});
  };
  if (!unit.code.empty() || unit.printed.empty()) add_row(unit.system, unit.code);
  if (!unit.printed.empty() && unit.printed != unit.code) add_row({}, unit.printed);
  if (unit.system != fhir::k_ucum_system) return;
  if (const auto base = in_base_units(context.units, unit.code, values.range)) {
    const NumberRange of_base = closed(values, base->range);
    rows.quantities.push_back(
        {parameter, std::string(k_canonical_units), base->unit, of_base.low, of_base.high});
  }
}

// A comparator opens the value to one side: "<5" may be anything below 5.
std::optional<Values> value_of(const fhir::Element& quantity) {
  const auto value = parse_number(fhir::child(quantity, "value").text());
  if (!value) return {};
  const std::string_view comparator =
      quantity.value != nullptr ? quantity.value->string_at("comparator") : std::string_view{};
  Values values{{*value, *value}};
  if (comparator.starts_with('<')) values.range.low = -k_infinity;
  if (comparator.starts_with('>')) values.range.high = k_infinity;
  values.excludes_high = comparator == "<";
  values.excludes_low = comparator == ">";
  return values;
}

void index_money(const fhir::Element& money, Parameter parameter, const IndexContext& context,
                 IndexRows& rows) {
  const auto value = parse_number(fhir::child(money, "value").text());
  if (!value) return;
  const std::string_view currency = money.value->string_at("currency");
  add({currency.empty() ? std::string_view{} : "urn:iso:std:iso:4217", currency, {}},
      {{*value, *value}}, parameter, context, rows);
}

// From the least to the greatest value that was sampled, in the unit of the origin. Nothing for a
// sample that is not a number (E, U and L say that there is none).
void index_sampled_data(const fhir::Element& sampled, Parameter parameter,
                        const IndexContext& context, IndexRows& rows) {
  const fhir::Element origin = fhir::child(sampled, "origin");
  const auto zero = parse_number(fhir::child(origin, "value").text());
  if (!zero) return;
  const double factor = parse_number(fhir::child(sampled, "factor").text()).value_or(1);
  std::string_view data = fhir::child(sampled, "data").text();
  NumberRange range{k_infinity, -k_infinity};
  while (!data.empty()) {
    const std::string_view sample = data.substr(0, data.find(' '));
    data.remove_prefix(std::min(data.size(), sample.size() + 1));
    const auto number = parse_number(sample);
    if (!number) continue;
    range.low = std::min(range.low, *zero + *number * factor);
    range.high = std::max(range.high, *zero + *number * factor);
  }
  if (range.low <= range.high) add(unit_of(origin), {range}, parameter, context, rows);
}

void index_range(const fhir::Element& value, Parameter parameter, const IndexContext& context,
                 IndexRows& rows) {
  const auto range = range_of(value);
  if (!range) return;
  const fhir::Element low = fhir::child(value, "low");
  add(unit_of(low.value != nullptr ? low : fhir::child(value, "high")), {*range}, parameter,
      context, rows);
}

bool is_quantity(const fhir::TypeSchema* type) {
  for (; type != nullptr; type = type->base) {
    if (type->name == "Quantity") return true;
  }
  return false;
}

}  // namespace

void index_quantity(const fhir::Element& value, Parameter parameter, const IndexContext& context,
                    IndexRows& rows) {
  if (value.type == nullptr) return;
  const std::string_view type = value.type->name;
  if (is_quantity(value.type)) {
    if (const auto values = value_of(value)) {
      add(unit_of(value), *values, parameter, context, rows);
    }
  } else if (type == "Money") {
    index_money(value, parameter, context, rows);
  } else if (type == "Range") {
    index_range(value, parameter, context, rows);
  } else if (type == "SampledData") {
    index_sampled_data(value, parameter, context, rows);
  } else if (value.is_primitive()) {
    if (const auto number = parse_number(value.text()))
      add({}, {{*number, *number}}, parameter, context, rows);
  }
}

fhir::Result<Operand> parse_quantity(std::string_view text, const OperandContext& context) {
  const std::vector<std::string_view> parts = split_escaped(text, '|');
  if (parts.size() == 2 || parts.size() > 3) {
    return bad_value("`number`, `number|system|code` or `number||code`, after an optional prefix");
  }
  auto operand = parse_number_operand(parts[0]);
  if (!operand || parts.size() == 1) return operand;
  operand->system = unescape(parts[1]);
  operand->has_system = !operand->system.empty();
  operand->code = unescape(parts[2]);
  ask_in_base_units(context.units, *operand);
  return operand;
}

}  // namespace server::search
