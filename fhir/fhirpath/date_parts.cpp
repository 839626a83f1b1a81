// The components of dates and times, duration() and difference().
// https://build.fhir.org/ig/HL7/FHIRPath/#extract-datedatetimetime-components
// https://build.fhir.org/ig/HL7/FHIRPath/#date-and-time-interval-functions
#include <array>

#include "fhir/fhirpath/date_arithmetic.h"
#include "fhir/fhirpath/functions.h"

namespace fhir::fhirpath {
namespace {

using Answer = std::optional<Item>;

/// A date, dateTime or time of day as one shape; a time has the day 0001-01-01.
struct Moment {
  DateTime at;
  ItemKind kind = ItemKind::date;

  bool has(DatePrecision wanted) const { return at.precision >= wanted; }
};

std::optional<Moment> moment_of(const Operand& value) {
  if (value.kind == ItemKind::date || value.kind == ItemKind::date_time)
    return Moment{value.date_time, value.kind};
  if (value.kind != ItemKind::time) return std::nullopt;
  return Moment{on_first_day(value.time), ItemKind::time};
}

template <Answer (*part)(const Moment&)>
bool visit_part(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item item;
  const Found found = evaluation.single_input(node, scope, item);
  if (found != Found::one) return found == Found::none;
  Operand value;
  if (!value.read(item)) return true;
  const auto moment = moment_of(value);
  if (!moment) return true;
  const Answer answer = part(*moment);
  return !answer || sink(*answer);
}

Answer number_if(bool is_there, std::int64_t number) {
  return is_there ? Answer(Item::of_integer(number)) : Answer();
}

Answer year_of(const Moment& m) { return number_if(m.kind != ItemKind::time, m.at.year); }
Answer month_of(const Moment& m) {
  return number_if(m.kind != ItemKind::time && m.has(DatePrecision::month), m.at.month);
}
Answer day_of(const Moment& m) {
  return number_if(m.kind != ItemKind::time && m.has(DatePrecision::day), m.at.day);
}
Answer hour_of(const Moment& m) { return number_if(m.has(DatePrecision::hour), m.at.hour); }
Answer minute_of(const Moment& m) { return number_if(m.has(DatePrecision::minute), m.at.minute); }
Answer second_of(const Moment& m) { return number_if(m.has(DatePrecision::second), m.at.second); }
Answer millisecond_of(const Moment& m) {
  return number_if(m.has(DatePrecision::millisecond), m.at.millisecond);
}

/// In hours: a zone of -07:30 is -7.5.
Answer zone_of(const Moment& m) {
  if (!m.at.offset_minutes) return std::nullopt;
  const auto hours = Decimal::divide(Decimal(*m.at.offset_minutes), Decimal(60));
  return Item::of_decimal(*hours + Decimal::from_parts(0, 1));
}

Answer date_of(const Moment& m) {
  if (m.kind == ItemKind::time) return std::nullopt;
  DateTime day;
  day.year = m.at.year;
  day.month = m.at.month;
  day.day = m.at.day;
  day.precision = std::min(m.at.precision, DatePrecision::day);
  return Item::of_date(day);
}

Answer time_of(const Moment& m) {
  if (!m.has(DatePrecision::hour)) return std::nullopt;
  return Item::of_time({m.at.hour, m.at.minute, m.at.second, m.at.millisecond, m.at.fraction_digits,
                        m.at.precision});
}

struct Unit {
  std::string_view word;
  DatePrecision needs;
  std::int64_t ms;  // 0: counted by the calendar
};

constexpr std::array<Unit, 8> k_units = {{{"year", DatePrecision::year, 0},
                                          {"month", DatePrecision::month, 0},
                                          {"week", DatePrecision::day, 604'800'000},
                                          {"day", DatePrecision::day, 86'400'000},
                                          {"hour", DatePrecision::hour, 3'600'000},
                                          {"minute", DatePrecision::minute, 60'000},
                                          {"second", DatePrecision::second, 1000},
                                          {"millisecond", DatePrecision::millisecond, 1}}};

const Unit* unit_of(std::string_view word) {
  if (const std::string_view singular = calendar_word(word); !singular.empty()) word = singular;
  for (const Unit& unit : k_units) {
    if (unit.word == word) return &unit;
  }
  return nullptr;
}

constexpr std::int64_t k_ms_per_day = 86'400'000;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/// Milliseconds of the wall clock, or of UTC where zones are brought to one.
std::int64_t ms_of(const DateTime& at, int offset_minutes) {
  return days_from_civil(at.year, at.month, at.day) * k_ms_per_day +
         ((at.hour * 60 + at.minute - offset_minutes) * std::int64_t{60} + at.second) * 1000 +
         at.millisecond;
}

std::int64_t month_number(const DateTime& at) { return std::int64_t{at.year} * 12 + at.month - 1; }

/// What is smaller than a month, for telling whether the last one is whole.
std::int64_t rest_of_month(const DateTime& at) {
  return ms_of(at, 0) - days_from_civil(at.year, at.month, 1) * k_ms_per_day;
}

/// Whole periods, fractions dropped.
std::int64_t whole_periods(const DateTime& a, const DateTime& b, const Unit& unit, int zone) {
  if (unit.ms != 0) {
    const bool is_timed = unit.needs >= DatePrecision::hour;
    const int first = is_timed ? a.offset_minutes.value_or(zone) : 0;
    const int second = is_timed ? b.offset_minutes.value_or(zone) : 0;
    return (ms_of(b, second) - ms_of(a, first)) / unit.ms;
  }
  std::int64_t months = month_number(b) - month_number(a);
  if (months > 0 && rest_of_month(b) < rest_of_month(a)) --months;
  if (months < 0 && rest_of_month(b) > rest_of_month(a)) ++months;
  return unit.word == "year" ? months / 12 : months;
}

/// Boundaries passed; a week begins on Sunday.
std::int64_t boundaries(const DateTime& a, const DateTime& b, const Unit& unit, int zone) {
  if (unit.word == "year") return b.year - a.year;
  if (unit.word == "month") return month_number(b) - month_number(a);
  const bool is_timed = unit.needs >= DatePrecision::hour;
  // 1970-01-01 was a Thursday.
  const std::int64_t shift = unit.word == "week" ? 4 * k_ms_per_day : 0;
  const int first = is_timed ? a.offset_minutes.value_or(zone) : 0;
  const int second = is_timed ? b.offset_minutes.value_or(zone) : 0;
  return floor_divide(ms_of(b, second) + shift, unit.ms) -
         floor_divide(ms_of(a, first) + shift, unit.ms);
}

using Count = std::int64_t (*)(const DateTime&, const DateTime&, const Unit&, int);

template <Count count>
bool visit_interval(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item a;
  Item b;
  Item keep;
  std::string_view word;
  const Found left = evaluation.single_input(node, scope, a);
  if (left == Found::failed) return false;
  const Found right = evaluation.single(*node.arguments[0], scope, b);
  if (right == Found::failed) return false;
  const Found has_word = evaluation.string(*node.arguments[1], scope, keep, word);
  if (has_word == Found::failed) return false;
  if (left == Found::none || right == Found::none || has_word == Found::none) return true;
  Operand x;
  Operand y;
  if (!x.read(a) || !y.read(b)) return true;
  const auto from = moment_of(x);
  const auto to = moment_of(y);
  if (!from || !to || (from->kind == ItemKind::time) != (to->kind == ItemKind::time))
    return evaluation.fail(std::string(node.name) + "() takes two dates or two times");
  const Unit* unit = unit_of(word);
  const bool is_time = from->kind == ItemKind::time;
  const bool is_date = from->kind == ItemKind::date || to->kind == ItemKind::date;
  if (unit == nullptr || (is_time && unit->needs < DatePrecision::hour) ||
      (is_date && unit->needs > DatePrecision::day))
    return evaluation.fail("'" + std::string(word) + "' is no precision that " +
                           std::string(node.name) + "() takes here");
  if (!from->has(unit->needs) || !to->has(unit->needs)) return true;
  const int zone = is_time ? 0 : evaluation.environment().offset_minutes;
  return sink(Item::of_integer(count(from->at, to->at, *unit, zone)));
}

constexpr Function k_functions[] = {
    {"yearOf", 0, 0, visit_part<year_of>},
    {"monthOf", 0, 0, visit_part<month_of>},
    {"dayOf", 0, 0, visit_part<day_of>},
    {"hourOf", 0, 0, visit_part<hour_of>},
    {"minuteOf", 0, 0, visit_part<minute_of>},
    {"secondOf", 0, 0, visit_part<second_of>},
    {"millisecondOf", 0, 0, visit_part<millisecond_of>},
    {"timezoneOffsetOf", 0, 0, visit_part<zone_of>},
    {"dateOf", 0, 0, visit_part<date_of>},
    {"timeOf", 0, 0, visit_part<time_of>},
    {"duration", 2, 2, visit_interval<whole_periods>},
    {"difference", 2, 2, visit_interval<boundaries>},
};

}  // namespace

std::span<const Function> date_functions() { return k_functions; }

}  // namespace fhir::fhirpath
