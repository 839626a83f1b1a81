// https://hl7.org/fhirpath/N1/#datetime-arithmetic
#include "fhir/fhirpath/date_arithmetic.h"

#include <algorithm>

namespace fhir::fhirpath {
namespace {

constexpr std::int64_t k_ms_per_day = 86'400'000;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

std::int64_t unit_ms(std::string_view word) {
  if (word == "week") return 7 * k_ms_per_day;
  if (word == "day") return k_ms_per_day;
  if (word == "hour") return 3'600'000;
  if (word == "minute") return 60'000;
  return word == "second" ? 1000 : 1;
}

unsigned last_day(std::int64_t year, unsigned month) {
  const std::int64_t next =
      month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, month + 1, 1);
  return static_cast<unsigned>(next - days_from_civil(year, month, 1));
}

/// Moves by whole months; a day past the month's end becomes its last.
bool add_months(DateTime& date, std::int64_t months) {
  const std::int64_t total = std::int64_t{date.year} * 12 + date.month - 1 + months;
  const std::int64_t year = floor_divide(total, 12);
  if (year < 1 || year > 9999) return false;
  date.year = static_cast<std::int32_t>(year);
  date.month = static_cast<std::uint8_t>(total - year * 12 + 1);
  date.day = std::min(date.day, static_cast<std::uint8_t>(last_day(date.year, date.month)));
  return true;
}

bool add_ms(DateTime& date, std::int64_t ms) {
  const std::int64_t at = days_from_civil(date.year, date.month, date.day) * k_ms_per_day +
                          ((date.hour * 60 + date.minute) * 60 + date.second) * std::int64_t{1000} +
                          date.millisecond + ms;
  return set_day_and_time(date, at);
}

/// A duration finer than the date's precision counts in whole units of that precision.
bool add_to_date(DateTime& date, std::string_view word, std::int64_t amount) {
  constexpr std::int64_t k_amount_max = 400'000'000'000'000;
  if (amount > k_amount_max || amount < -k_amount_max) return false;
  if (word == "year") return amount < 20'000 && amount > -20'000 && add_months(date, amount * 12);
  if (word == "month")
    return amount < 200'000 && amount > -200'000 &&
           add_months(date, date.precision == DatePrecision::year ? amount / 12 * 12 : amount);
  const std::int64_t unit = unit_ms(word);
  if (amount > k_amount_max / unit || amount < -k_amount_max / unit) return false;
  const std::int64_t ms = amount * unit;
  switch (date.precision) {
    case DatePrecision::year:
      return add_months(date, ms / (365 * k_ms_per_day) * 12);
    case DatePrecision::month:
      return add_months(date, ms / (30 * k_ms_per_day));
    case DatePrecision::day:
      return add_ms(date, ms / k_ms_per_day * k_ms_per_day);
    case DatePrecision::hour:
      return add_ms(date, ms / 3'600'000 * 3'600'000);
    case DatePrecision::minute:
      return add_ms(date, ms / 60'000 * 60'000);
    case DatePrecision::second:
      if (ms % 1000 != 0) {
        date.precision = DatePrecision::millisecond;
        date.fraction_digits = 3;
      }
      return add_ms(date, ms);
    case DatePrecision::millisecond:
      break;
  }
  return add_ms(date, ms);
}

}  // namespace

bool set_day_and_time(DateTime& date, std::int64_t ms) {
  const std::int64_t days = floor_divide(ms, k_ms_per_day);
  const std::int64_t rest = ms - days * k_ms_per_day;
  const CivilDate civil = civil_from_days(days);
  if (civil.year < 1 || civil.year > 9999) return false;
  date.year = static_cast<std::int32_t>(civil.year);
  date.month = static_cast<std::uint8_t>(civil.month);
  date.day = static_cast<std::uint8_t>(civil.day);
  date.hour = static_cast<std::uint8_t>(rest / 3'600'000);
  date.minute = static_cast<std::uint8_t>(rest / 60'000 % 60);
  date.second = static_cast<std::uint8_t>(rest / 1000 % 60);
  date.millisecond = static_cast<std::uint16_t>(rest % 1000);
  return true;
}

DateTime on_first_day(const TimeOfDay& time) {
  DateTime day;
  day.hour = time.hour;
  day.minute = time.minute;
  day.second = time.second;
  day.millisecond = time.millisecond;
  day.precision = time.precision;
  day.fraction_digits = time.fraction_digits;
  return day;
}

std::optional<Item> add_duration(Evaluation& evaluation, const Operand& value,
                                 const Decimal& amount, const Operand& unit) {
  std::string_view word = unit.is_calendar ? unit.text : calendar_word_of_ucum(unit.text);
  if (!unit.is_calendar && word.empty()) word = calendar_word(unit.text);
  // A UCUM year or month is a number of days that no calendar knows.
  if (word.empty() || (!unit.is_calendar && (unit.text == "a" || unit.text == "mo"))) {
    evaluation.fail("'" + std::string(unit.text) + "' is no duration that can be added to a date");
    return std::nullopt;
  }
  std::int64_t count = 0;
  if (word == "second") {
    word = "millisecond";
    count = (amount * Decimal(1000))
                .truncate()
                .to_int64()
                .value_or(std::numeric_limits<std::int64_t>::max());
  } else {
    count = amount.truncate().to_int64().value_or(std::numeric_limits<std::int64_t>::max());
  }
  if (value.kind == ItemKind::time) {
    DateTime day = on_first_day(value.time);
    day.year = 2000;  // so that there are days before it
    if (word == "year" || word == "month" || word == "week" || word == "day") {
      evaluation.fail("A time of day is moved by hours, minutes, seconds or milliseconds");
      return std::nullopt;
    }
    count %= k_ms_per_day / unit_ms(word);  // a time of day comes round
    add_to_date(day, word, count);
    return Item::of_time(
        {day.hour, day.minute, day.second, day.millisecond, day.fraction_digits, day.precision});
  }
  DateTime date = value.date_time;
  if (!add_to_date(date, word, count)) return std::nullopt;
  return value.kind == ItemKind::date ? Item::of_date(date) : Item::of_date_time(date);
}

}  // namespace fhir::fhirpath
