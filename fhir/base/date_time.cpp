// Reading, writing and ordering dates and times of partial precision.
// https://hl7.org/fhir/R4/datatypes.html#dateTime https://hl7.org/fhirpath/N1/#datetime
#include "fhir/base/date_time.h"

#include <algorithm>
#include <array>

namespace fhir {
namespace {

constexpr std::int64_t k_ms_per_minute = 60'000;
constexpr std::int64_t k_ms_per_day = 86'400'000;
constexpr int k_offset_minutes_max = 14 * 60;

unsigned days_in_month(std::int64_t year, unsigned month) {
  constexpr std::array<unsigned, 12> k_days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : k_days[month - 1];
}

/// Reads fixed-width digits and single characters off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  bool sees(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(char c) {
    if (!sees(c)) return false;
    ++at_;
    return true;
  }
  /// Exactly `width` digits whose value lies in [low, high].
  bool number(int width, int low, int high, int& value) {
    value = 0;
    for (int i = 0; i < width; ++i, ++at_) {
      if (at_ >= text_.size() || text_[at_] < '0' || text_[at_] > '9') return false;
      value = value * 10 + (text_[at_] - '0');
    }
    return value >= low && value <= high;
  }
  /// One digit or more after the point; milliseconds of them, and how many were written.
  bool fraction(std::uint16_t& millisecond, std::uint8_t& digits) {
    int count = 0;
    int value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_, ++count) {
      if (count < 3) value = value * 10 + (text_[at_] - '0');
    }
    if (count == 0) return false;
    for (int i = count; i < 3; ++i) value *= 10;
    millisecond = static_cast<std::uint16_t>(value);
    digits = static_cast<std::uint8_t>(std::min(count, 9));
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// hh[:mm[:ss[.fff]]] into anything with those members.
template <class T>
bool scan_time(Scanner& in, T& out) {
  int value = 0;
  if (!in.number(2, 0, 23, value)) return false;
  out.hour = static_cast<std::uint8_t>(value);
  out.precision = DatePrecision::hour;
  if (!in.take(':')) return true;
  if (!in.number(2, 0, 59, value)) return false;
  out.minute = static_cast<std::uint8_t>(value);
  out.precision = DatePrecision::minute;
  if (!in.take(':')) return true;
  if (!in.number(2, 0, 60, value)) return false;
  out.second = static_cast<std::uint8_t>(value);
  out.precision = DatePrecision::second;
  if (!in.take('.')) return true;
  out.precision = DatePrecision::millisecond;
  return in.fraction(out.millisecond, out.fraction_digits);
}

bool scan_zone(Scanner& in, std::optional<std::int16_t>& offset) {
  if (in.take('Z')) {
    offset = 0;
    return true;
  }
  const bool west = in.sees('-');
  if (!in.take('+') && !in.take('-')) return true;
  int hours = 0, minutes = 0;
  if (!in.number(2, 0, 14, hours) || !in.take(':') || !in.number(2, 0, 59, minutes)) return false;
  const int total = hours * 60 + minutes;
  if (total > k_offset_minutes_max) return false;
  offset = static_cast<std::int16_t>(west ? -total : total);
  return true;
}

void append_padded(std::string& out, std::int64_t value, int width) {
  std::string digits = std::to_string(value);
  out.append(static_cast<std::size_t>(std::max(0, width - static_cast<int>(digits.size()))), '0');
  out += digits;
}

template <class T>
void append_time(std::string& out, const T& time) {
  append_padded(out, time.hour, 2);
  if (time.precision < DatePrecision::minute) return;
  out += ':';
  append_padded(out, time.minute, 2);
  if (time.precision < DatePrecision::second) return;
  out += ':';
  append_padded(out, time.second, 2);
  if (time.precision < DatePrecision::millisecond) return;
  out += '.';
  std::string digits;
  append_padded(digits, time.millisecond, 3);
  out.append(digits, 0, std::clamp<std::size_t>(time.fraction_digits, 1, 3));
}

std::int64_t time_ms(const DateTime& d) {
  return ((d.hour * 60 + d.minute) * 60 + d.second) * std::int64_t{1000} + d.millisecond;
}

std::int64_t utc_ms(const DateTime& d, int offset) {
  return days_from_civil(d.year, d.month, d.day) * k_ms_per_day + time_ms(d) -
         offset * k_ms_per_minute;
}

/// The values of year … minute and the milliseconds of the minute, to be compared in turn.
using Fields = std::array<std::int64_t, 6>;

Fields fields_of(const DateTime& d, int shift_minutes) {
  if (shift_minutes == 0)
    return {d.year, d.month, d.day, d.hour, d.minute, d.second * 1000 + d.millisecond};
  const std::int64_t ms = utc_ms(d, shift_minutes);
  const std::int64_t days =
      ms >= 0 ? ms / k_ms_per_day : -((-ms + k_ms_per_day - 1) / k_ms_per_day);
  const std::int64_t rest = ms - days * k_ms_per_day;
  const CivilDate date = civil_from_days(days);
  return {date.year, date.month, date.day, rest / 3'600'000, rest / 60'000 % 60, rest % 60'000};
}

std::size_t count_of(DatePrecision precision) {
  return std::min<std::size_t>(static_cast<std::size_t>(precision), 5) + 1;
}

std::optional<std::strong_ordering> compare_fields(const std::int64_t* a, std::size_t a_count,
                                                   const std::int64_t* b, std::size_t b_count) {
  const std::size_t common = std::min(a_count, b_count);
  for (std::size_t i = 0; i < common; ++i) {
    if (a[i] != b[i]) return a[i] <=> b[i];
  }
  if (a_count != b_count) return std::nullopt;
  return std::strong_ordering::equal;
}

}  // namespace

std::optional<DateTime> DateTime::parse(std::string_view text) {
  Scanner in(text);
  DateTime out;
  int value = 0;
  if (!in.number(4, 1, 9999, value)) return std::nullopt;
  out.year = value;
  if (in.take('-')) {
    if (!in.number(2, 1, 12, value)) return std::nullopt;
    out.month = static_cast<std::uint8_t>(value);
    out.precision = DatePrecision::month;
    if (in.take('-')) {
      if (!in.number(2, 1, static_cast<int>(days_in_month(out.year, out.month)), value))
        return std::nullopt;
      out.day = static_cast<std::uint8_t>(value);
      out.precision = DatePrecision::day;
      if (in.take('T')) {
        out.has_time = true;
        if (!scan_time(in, out) || !scan_zone(in, out.offset_minutes)) return std::nullopt;
      }
    }
  }
  if (!in.at_end()) return std::nullopt;
  return out;
}

std::string DateTime::to_string() const {
  std::string out;
  append_padded(out, year, 4);
  if (precision >= DatePrecision::month) {
    out += '-';
    append_padded(out, month, 2);
  }
  if (precision >= DatePrecision::day) {
    out += '-';
    append_padded(out, day, 2);
  }
  if (precision < DatePrecision::hour) return out;
  out += 'T';
  append_time(out, *this);
  if (!offset_minutes) return out;
  if (*offset_minutes == 0) return out += 'Z';
  const int offset = *offset_minutes;
  out += offset < 0 ? '-' : '+';
  append_padded(out, (offset < 0 ? -offset : offset) / 60, 2);
  out += ':';
  append_padded(out, (offset < 0 ? -offset : offset) % 60, 2);
  return out;
}

Instants DateTime::instants(int default_offset_minutes) const {
  const int offset = offset_minutes.value_or(static_cast<std::int16_t>(default_offset_minutes));
  const std::int64_t low = utc_ms(*this, offset);
  switch (precision) {
    case DatePrecision::year: {
      DateTime next = *this;
      ++next.year;
      return {low, utc_ms(next, offset)};
    }
    case DatePrecision::month:
      return {low, low + days_in_month(year, month) * k_ms_per_day};
    case DatePrecision::day:
      return {low, low + k_ms_per_day};
    case DatePrecision::hour:
      return {low, low + 60 * k_ms_per_minute};
    case DatePrecision::minute:
      return {low, low + k_ms_per_minute};
    case DatePrecision::second:
      return {low, low + 1000};
    case DatePrecision::millisecond:
      break;
  }
  return {low, low + (fraction_digits == 1 ? 100 : fraction_digits == 2 ? 10 : 1)};
}

std::optional<std::strong_ordering> DateTime::compare(const DateTime& a, const DateTime& b,
                                                      std::optional<int> default_offset_minutes) {
  const std::size_t a_count = count_of(a.precision);
  const std::size_t b_count = count_of(b.precision);
  int a_shift = 0;
  int b_shift = 0;
  if (a_count > 3 && b_count > 3 && a.offset_minutes != b.offset_minutes) {
    if ((!a.offset_minutes || !b.offset_minutes) && !default_offset_minutes) {
      // The zone of one value is not known: the order counts only if no zone would turn it round.
      const Instants left = a.instants();
      const Instants right = b.instants();
      constexpr std::int64_t k_doubt = k_offset_minutes_max * k_ms_per_minute;
      if (left.high + k_doubt <= right.low) return std::strong_ordering::less;
      if (right.high + k_doubt <= left.low) return std::strong_ordering::greater;
      return std::nullopt;
    }
    a_shift = a.offset_minutes ? *a.offset_minutes : *default_offset_minutes;
    b_shift = b.offset_minutes ? *b.offset_minutes : *default_offset_minutes;
  }
  const Fields left = fields_of(a, a_shift);
  const Fields right = fields_of(b, b_shift);
  return compare_fields(left.data(), a_count, right.data(), b_count);
}

std::optional<TimeOfDay> TimeOfDay::parse(std::string_view text) {
  Scanner in(text);
  TimeOfDay out;
  if (!scan_time(in, out) || !in.at_end()) return std::nullopt;
  return out;
}

std::string TimeOfDay::to_string() const {
  std::string out;
  append_time(out, *this);
  return out;
}

std::optional<std::strong_ordering> TimeOfDay::compare(const TimeOfDay& a, const TimeOfDay& b) {
  const std::int64_t left[] = {a.hour, a.minute, a.second * 1000 + a.millisecond};
  const std::int64_t right[] = {b.hour, b.minute, b.second * 1000 + b.millisecond};
  return compare_fields(left, count_of(a.precision) - 3, right, count_of(b.precision) - 3);
}

// Both by Howard Hinnant's method: eras of 400 years that begin on March 1st.
std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + static_cast<std::int64_t>(day_of_era) - 719468;
}

CivilDate civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted_month = (5 * day_of_year + 2) / 153;
  const unsigned day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

std::string format_instant(std::int64_t utc_ms) {
  const std::int64_t days =
      utc_ms >= 0 ? utc_ms / k_ms_per_day : -((-utc_ms + k_ms_per_day - 1) / k_ms_per_day);
  std::int64_t rest = utc_ms - days * k_ms_per_day;
  const CivilDate date = civil_from_days(days);
  std::string out(24, '0');
  auto put = [&](std::size_t at, int width, std::int64_t value) {
    for (int i = width - 1; i >= 0; --i, value /= 10)
      out[at + static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
  };
  put(0, 4, date.year);
  put(5, 2, date.month);
  put(8, 2, date.day);
  put(11, 2, rest / 3'600'000);
  put(14, 2, rest / 60'000 % 60);
  put(17, 2, rest / 1000 % 60);
  put(20, 3, rest % 1000);
  out[4] = out[7] = '-';
  out[10] = 'T';
  out[13] = out[16] = ':';
  out[19] = '.';
  out[23] = 'Z';
  return out;
}

}  // namespace fhir
