#include "tests/unit/property/dates.h"

#include <algorithm>
#include <limits>
#include <string>

namespace property_test {
namespace {

constexpr std::int64_t k_minute = 60'000, k_day = 24 * 60 * k_minute;
constexpr std::int64_t k_never = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t k_ever = std::numeric_limits<std::int64_t>::min();

int number(std::string_view text, std::size_t at, std::size_t length) {
  return std::stoi(std::string(text.substr(at, length)));
}
bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }
int days_in(int year, int month) {
  constexpr int k_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : k_days[month - 1];
}

/// The first moment of a month, counted year by year.
std::int64_t month_start(int year, int month) {
  std::int64_t days = 0;
  for (int y = 1970; y < year; ++y) days += is_leap(y) ? 366 : 365;
  for (int y = year; y < 1970; ++y) days -= is_leap(y) ? 366 : 365;
  for (int m = 1; m < month; ++m) days += days_in(year, m);
  return days * k_day;
}

}  // namespace

std::optional<Interval> interval_of(std::string_view text) {
  if (text.empty()) return {};
  const int year = number(text, 0, 4);
  if (text.size() == 4) return Interval{month_start(year, 1), month_start(year + 1, 1)};
  const int month = number(text, 5, 2);
  const std::int64_t start = month_start(year, month);
  if (text.size() == 7) return Interval{start, start + days_in(year, month) * k_day};
  const std::int64_t day = start + (number(text, 8, 2) - 1) * k_day;
  if (text.size() == 10) return Interval{day, day + k_day};
  std::int64_t low = day + number(text, 11, 2) * 60 * k_minute + number(text, 14, 2) * k_minute;
  std::int64_t length = k_minute;
  std::size_t at = 16;
  if (at < text.size() && text[at] == ':') {
    low += number(text, 17, 2) * 1000;
    length = 1000;
    at = 19;
  }
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      length /= 10;
      low += (text[at] - '0') * length;
    }
  }
  if (at < text.size() && text[at] != 'Z') {
    const std::int64_t offset = (number(text, at + 1, 2) * 60 + number(text, at + 4, 2)) * k_minute;
    low -= text[at] == '-' ? -offset : offset;
  }
  return Interval{low, low + length};
}

std::optional<Interval> interval_of(const fhir::Element& value) {
  if (value.is_primitive()) return interval_of(value.text());
  if (value.type->name == "Period") {
    const auto start = interval_of(fhir::child(value, "start").text());
    const auto end = interval_of(fhir::child(value, "end").text());
    if (!start && !end) return {};
    // "If the start of the period is missing, … the low boundary is … before all dates".
    return Interval{start ? start->low : k_ever, end ? end->high : k_never};
  }
  // "Timing: the specified scheduling details are ignored and only the outer limits matter".
  std::optional<Interval> limits;
  const auto widen = [&](const std::optional<Interval>& part) {
    if (!part) return;
    limits = limits ? Interval{std::min(limits->low, part->low), std::max(limits->high, part->high)}
                    : *part;
  };
  fhir::for_each_child(value, [&](std::string_view name, const fhir::Element& child) {
    if (name == "event") widen(interval_of(child.text()));
    if (name != "repeat") return true;
    const fhir::Element bounds = fhir::child(child, "bounds");
    if (bounds.type != nullptr && bounds.type->name == "Period") widen(interval_of(bounds));
    return true;
  });
  return limits;
}

bool is_date_match(const std::string& prefix, std::string_view asked, const Interval& target,
                   std::int64_t now) {
  const Interval search = *interval_of(asked);
  const bool is_within = search.low <= target.low && target.high <= search.high;
  const bool reaches_above = target.high > search.high, reaches_below = target.low < search.low;
  if (prefix == "ne") return !is_within;
  if (prefix == "gt") return reaches_above;
  if (prefix == "lt") return reaches_below;
  if (prefix == "ge") return reaches_above || is_within;
  if (prefix == "le") return reaches_below || is_within;
  if (prefix == "sa") return target.low >= search.high;
  if (prefix == "eb") return target.high <= search.low;
  if (prefix == "ap") {  // "for a date, 10% of the gap between now and the date"
    const std::int64_t gap = now < search.low    ? search.low - now
                             : now > search.high ? now - search.high
                                                 : 0;
    return target.low < search.high + gap / 10 && target.high > search.low - gap / 10;
  }
  return is_within;
}

}  // namespace property_test
