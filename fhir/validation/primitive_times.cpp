// Scanners that take what they know from the front of the text and leave the rest.
// https://hl7.org/fhir/R4/datatypes.html#date
#include "fhir/validation/primitive_times.h"

#include <cstddef>

namespace fhir::validation {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The number in the first `count` characters, all digits; -1 when they are not.
int take_number(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

int days_in_month(int year, int month) {
  constexpr int k_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : k_days[month - 1];
}

enum class DateParts { bad, year, month, day };

/// Takes as much of a date as there is.
DateParts take_date(std::string_view& text) {
  const int year = take_number(text, 4);
  if (year < 1) return DateParts::bad;
  if (!take(text, '-')) return DateParts::year;
  const int month = take_number(text, 2);
  if (month < 1 || month > 12) return DateParts::bad;
  if (!take(text, '-')) return DateParts::month;
  const int day = take_number(text, 2);
  if (day < 1 || day > days_in_month(year, month)) return DateParts::bad;
  return DateParts::day;
}

/// hh:mm:ss and a fraction; second 60 is a leap second.
bool take_time(std::string_view& text) {
  const int hour = take_number(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ':')) return false;
  const int minute = take_number(text, 2);
  if (minute < 0 || minute > 59 || !take(text, ':')) return false;
  const int second = take_number(text, 2);
  if (second < 0 || second > 60) return false;
  if (!take(text, '.')) return true;
  if (text.empty() || !is_digit(text.front())) return false;
  while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
  return true;
}

/// Z, or ±hh:mm up to 14:00.
bool is_zone(std::string_view text) {
  if (text == "Z") return true;
  if (!take(text, '+') && !take(text, '-')) return false;
  const int hour = take_number(text, 2);
  if (hour < 0 || hour > 14 || !take(text, ':')) return false;
  const int minute = take_number(text, 2);
  if (minute < 0 || minute > 59 || (hour == 14 && minute != 0)) return false;
  return text.empty();
}

}  // namespace

bool is_date(std::string_view text) { return take_date(text) != DateParts::bad && text.empty(); }

bool is_date_time(std::string_view text) {
  const DateParts parts = take_date(text);
  if (parts == DateParts::bad) return false;
  if (text.empty()) return true;
  // "If hours and minutes are specified, a time zone SHALL be populated."
  return parts == DateParts::day && take(text, 'T') && take_time(text) && is_zone(text);
}

bool is_instant(std::string_view text) {
  return take_date(text) == DateParts::day && take(text, 'T') && take_time(text) && is_zone(text);
}

bool is_time(std::string_view text) { return take_time(text) && text.empty(); }

}  // namespace fhir::validation
