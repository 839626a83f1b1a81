// lowBoundary(), highBoundary(), precision() and comparable().
// https://hl7.org/fhirpath/#lowboundaryprecision-integer-decimal--date--datetime--time
#include "fhir/fhirpath/functions.h"

namespace fhir::fhirpath {
namespace {

/// Digits that a value of that precision is written with.
std::int64_t digits_of(DatePrecision precision) {
  switch (precision) {
    case DatePrecision::year:
      return 4;
    case DatePrecision::month:
      return 6;
    case DatePrecision::day:
      return 8;
    case DatePrecision::hour:
      return 10;
    case DatePrecision::minute:
      return 12;
    case DatePrecision::second:
      return 14;
    case DatePrecision::millisecond:
      break;
  }
  return 17;
}

bool visit_precision(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item item;
  const Found found = evaluation.single_input(node, scope, item);
  if (found != Found::one) return found == Found::none;
  Operand value;
  if (!value.read(item)) return true;
  switch (value.kind) {
    case ItemKind::integer:
    case ItemKind::decimal:
      return sink(Item::of_integer(value.as_decimal().scale()));
    case ItemKind::date:
    case ItemKind::date_time:
      return sink(Item::of_integer(digits_of(value.date_time.precision)));
    case ItemKind::time:
      return sink(Item::of_integer(digits_of(value.time.precision) - 8));
    default:
      return true;
  }
}

enum class Side : std::uint8_t { low, high };

constexpr std::int64_t k_decimal_places = 8;
constexpr std::int64_t k_decimal_places_max = 31;

/// The end of the interval in which every number lies that rounds to this one, at `places` digits.
Decimal boundary_of(const Decimal& value, Side side, int places) {
  const Decimal half = Decimal::from_parts(5, value.scale() + 1);
  const Decimal end = side == Side::low ? value - half : value + half;
  const Decimal scaled = end * Decimal::from_parts(1, -places);
  return (side == Side::low ? scaled.floor() : scaled.ceiling()) * Decimal::from_parts(1, places);
}

DatePrecision precision_of(std::int64_t digits) {
  for (DatePrecision precision :
       {DatePrecision::year, DatePrecision::month, DatePrecision::day, DatePrecision::hour,
        DatePrecision::minute, DatePrecision::second}) {
    if (digits <= digits_of(precision)) return precision;
  }
  return DatePrecision::millisecond;
}

/// Fills in what was not written, as early or as late as it can be.
DateTime boundary_of(DateTime date, Side side) {
  const bool is_high = side == Side::high;
  if (date.precision < DatePrecision::month) date.month = is_high ? 12 : 1;
  if (date.precision < DatePrecision::day) {
    const std::int64_t next = date.month == 12 ? days_from_civil(date.year + 1, 1, 1)
                                               : days_from_civil(date.year, date.month + 1u, 1);
    date.day =
        static_cast<std::uint8_t>(is_high ? next - days_from_civil(date.year, date.month, 1) : 1);
  }
  if (date.precision < DatePrecision::hour) date.hour = is_high ? 23 : 0;
  if (date.precision < DatePrecision::minute) date.minute = is_high ? 59 : 0;
  if (date.precision < DatePrecision::second) date.second = is_high ? 59 : 0;
  if (date.precision < DatePrecision::millisecond) date.millisecond = is_high ? 999 : 0;
  return date;
}

void set_precision(DateTime& date, DatePrecision precision) {
  date.precision = precision;
  date.fraction_digits = precision == DatePrecision::millisecond ? 3 : 0;
  if (precision < DatePrecision::hour) {
    date.offset_minutes.reset();
    date.has_time = false;
  }
}

Item boundary_of_date(const Operand& value, Side side, std::optional<std::int64_t> digits) {
  const bool is_date = value.kind == ItemKind::date;
  DateTime date = boundary_of(value.date_time, side);
  set_precision(date, precision_of(digits.value_or(is_date ? 8 : 17)));
  if (date.precision < DatePrecision::hour) return Item::of_date(date);
  date.has_time = true;
  // The zones reach from +14:00, where a day begins first, to -12:00, where it ends last.
  if (!date.offset_minutes)
    date.offset_minutes = static_cast<std::int16_t>(side == Side::low ? 14 * 60 : -12 * 60);
  return Item::of_date_time(date);
}

Item boundary_of_time(const TimeOfDay& time, Side side, std::optional<std::int64_t> digits) {
  DateTime day;
  day.hour = time.hour;
  day.minute = time.minute;
  day.second = time.second;
  day.millisecond = time.millisecond;
  day.precision = time.precision;
  day = boundary_of(day, side);
  set_precision(day, precision_of(digits.value_or(9) + 8));
  return Item::of_time(
      {day.hour, day.minute, day.second, day.millisecond, day.fraction_digits, day.precision});
}

template <Side side>
bool visit_boundary(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item item;
  const Found found = evaluation.single_input(node, scope, item);
  if (found != Found::one) return found == Found::none;
  std::optional<std::int64_t> digits;
  if (!node.arguments.empty()) {
    std::int64_t asked = 0;
    const Found has_digits = evaluation.integer(*node.arguments[0], scope, asked);
    if (has_digits != Found::one) return has_digits == Found::none;
    if (asked < 0 || asked > k_decimal_places_max) return true;
    digits = asked;
  }
  Operand value;
  if (!value.read(item)) return true;
  switch (value.kind) {
    case ItemKind::integer:
    case ItemKind::decimal:
    case ItemKind::quantity: {
      if (value.kind == ItemKind::integer) value.decimal = Decimal(value.integer);
      Decimal end =
          boundary_of(value.decimal, side, static_cast<int>(digits.value_or(k_decimal_places)));
      if (value.kind != ItemKind::quantity) return sink(Item::of_decimal(std::move(end)));
      return sink(Item::of_quantity({std::move(end), std::string(value.text), value.is_calendar}));
    }
    case ItemKind::date:
    case ItemKind::date_time:
      return (digits && *digits < 4) || sink(boundary_of_date(value, side, digits));
    case ItemKind::time:
      return (digits && *digits < 2) || sink(boundary_of_time(value.time, side, digits));
    default:
      return true;
  }
}

Truth truth_comparable(Evaluation& evaluation, const Node& node, const Scope& scope) {
  Item a;
  Item b;
  const Found left = evaluation.single_input(node, scope, a);
  if (left == Found::failed) return Truth::failed;
  const Found right = evaluation.single(*node.arguments[0], scope, b);
  if (right == Found::failed) return Truth::failed;
  Operand x;
  Operand y;
  if (left == Found::none || right == Found::none || !x.read(a) || !y.read(b)) return Truth::empty;
  if (!x.make_quantity() || !y.make_quantity()) return Truth::no;
  return truth_of(same_unit(evaluation.environment().units, x, y));
}

constexpr Function k_functions[] = {
    {"lowBoundary", 0, 1, visit_boundary<Side::low>},
    {"highBoundary", 0, 1, visit_boundary<Side::high>},
    {"precision", 0, 0, visit_precision},
    {"comparable", 1, 1, visit_truth, truth_comparable},
};

}  // namespace

std::span<const Function> boundary_functions() { return k_functions; }

}  // namespace fhir::fhirpath
