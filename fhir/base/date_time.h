// FHIR's and FHIRPath's dates and times: the precision that was written is part of the value.
// https://hl7.org/fhir/R4/datatypes.html#dateTime https://hl7.org/fhirpath/N1/#datetime
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fhir {

enum class DatePrecision : std::uint8_t { year, month, day, hour, minute, second, millisecond };

/// A half-open interval of UTC milliseconds since 1970-01-01T00:00:00Z: [low, high).
struct Instants {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

/// A date or dateTime or instant. Plain value.
struct DateTime {
  std::int32_t year = 1;
  std::uint8_t month = 1, day = 1, hour = 0, minute = 0, second = 0;
  std::uint16_t millisecond = 0;
  std::uint8_t fraction_digits =
      0;  // as written, 0..9; digits past three are dropped from the value
  DatePrecision precision = DatePrecision::year;
  bool has_time = false;                       // written as a dateTime (`T` present)
  std::optional<std::int16_t> offset_minutes;  // of the zone; absent when none was written

  /// text      YYYY, YYYY-MM, YYYY-MM-DD or one with `Thh[:mm[:ss[.fff]]]` and zone, each part in
  /// range
  ///           (leap years; second 60 accepted as FHIR's regex does); nothing for anything else
  static std::optional<DateTime> parse(std::string_view text);

  std::string to_string() const;

  /// The instants that this value covers by its precision, in `default_offset_minutes` when no zone
  /// was written. 2020-01 covers all of January.
  Instants instants(int default_offset_minutes = 0) const;

  /// Order where both values are certain; nothing when the precisions leave it open (FHIRPath).
  /// Seconds and milliseconds are one precision. Where only one value has a zone, the other is
  /// taken in `default_offset_minutes`; without that the order must hold in every zone.
  static std::optional<std::strong_ordering> compare(
      const DateTime& a, const DateTime& b, std::optional<int> default_offset_minutes = {});
};

/// A time of day without a zone.
struct TimeOfDay {
  std::uint8_t hour = 0, minute = 0, second = 0;
  std::uint16_t millisecond = 0;
  std::uint8_t fraction_digits = 0;
  DatePrecision precision = DatePrecision::hour;

  /// hh[:mm[:ss[.fff]]]; nothing for anything else.
  static std::optional<TimeOfDay> parse(std::string_view text);
  std::string to_string() const;
  static std::optional<std::strong_ordering> compare(const TimeOfDay& a, const TimeOfDay& b);
};

/// Days since 1970-01-01 in the proleptic Gregorian calendar.
std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day);
struct CivilDate {
  std::int64_t year;
  unsigned month, day;
};
CivilDate civil_from_days(std::int64_t days);

/// `2026-01-31T23:59:59.123Z` from UTC milliseconds since 1970; always 24 characters.
std::string format_instant(std::int64_t utc_ms);

}  // namespace fhir
