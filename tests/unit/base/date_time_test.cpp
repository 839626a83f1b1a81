// https://hl7.org/fhir/R4/datatypes.html#dateTime https://hl7.org/fhirpath/N1/#datetime
#include "fhir/base/date_time.h"

#include <doctest/doctest.h>

using fhir::DatePrecision;
using fhir::DateTime;
using fhir::TimeOfDay;

namespace {

DateTime at(std::string_view text) { return DateTime::parse(text).value(); }
TimeOfDay time(std::string_view text) { return TimeOfDay::parse(text).value(); }

bool less(std::string_view a, std::string_view b) {
  return DateTime::compare(at(a), at(b)) == std::strong_ordering::less;
}
bool unknown(std::string_view a, std::string_view b) { return !DateTime::compare(at(a), at(b)); }
bool equal(std::string_view a, std::string_view b) {
  return DateTime::compare(at(a), at(b)) == std::strong_ordering::equal;
}

}  // namespace

TEST_CASE("a date keeps the precision and the zone that were written") {
  for (const char* text :
       {"2020", "2020-02", "2020-02-29", "2020-02-29T23", "2020-02-29T23:59", "2020-02-29T23:59:59",
        "2020-02-29T23:59:59.1", "2020-02-29T23:59:59.012", "2020-02-29T23:59:59Z",
        "2020-02-29T23:59+05:30", "2015-02-07T13:28:17.239-05:00", "0001-01-01",
        "2016-12-31T23:59:60Z"}) {
    CHECK(at(text).to_string() == text);
  }
  CHECK(at("2020").precision == DatePrecision::year);
  CHECK_FALSE(at("2020-01-01").has_time);
  CHECK(at("2020-01-01T00:00:00-00:00").offset_minutes == 0);
}

TEST_CASE("what is no date is refused") {
  for (const char* text : {"",
                           "20",
                           "0000",
                           "2020-",
                           "2020-13",
                           "2020-00",
                           "2020-02-30",
                           "2021-02-29",
                           "1900-02-29",
                           "2020-1-1",
                           "2020-01-01T",
                           "2020-01-01T24:00:00Z",
                           "2020-01-01T10:60Z",
                           "2020-01-01T10:00:61Z",
                           "2020-01-01T10:00:00.Z",
                           "2020-01-01T10:00:00+15:00",
                           "2020-01-01T10:00:00+14:01",
                           "2020-01-01T10:00:00+1:00",
                           "2020-01-01 10:00:00",
                           "2020-01-01T10:00:00z",
                           "2020Z",
                           "2020-01-01Z",
                           " 2020",
                           "2020 ",
                           "-2020",
                           "20200101"}) {
    CAPTURE(text);
    CHECK_FALSE(DateTime::parse(text));
  }
  for (const char* text : {"", "1", "24", "10:60", "10:00:00Z", "10:", "T10", "10:00:00."}) {
    CAPTURE(text);
    CHECK_FALSE(TimeOfDay::parse(text));
  }
}

TEST_CASE("a value covers the instants of its precision") {
  CHECK(at("1970").instants().low == 0);
  CHECK(at("1970").instants().high == 365LL * 86'400'000);
  CHECK(at("2020-02").instants().high - at("2020-02").instants().low == 29LL * 86'400'000);
  CHECK(at("1970-01-01T00:00:00Z").instants().high == 1000);
  CHECK(at("1970-01-01T00:00:00.5Z").instants().low == 500);
  CHECK(at("1970-01-01T02:00:00+02:00").instants().low == 0);
  CHECK(at("1970-01-01").instants(120).low == -7'200'000);
  CHECK(at("1969-12-31T23:59:59.999Z").instants().low == -1);
}

TEST_CASE("an order is known only where the precisions decide it") {
  CHECK(less("2018-03", "2018-04"));
  CHECK(less("2018", "2019-01-01"));
  CHECK(unknown("2018-03-01", "2018-03"));
  CHECK(unknown("2018-03-01T10:30", "2018-03-01T10:30:00"));
  CHECK(equal("2018-03-01T10:30:00", "2018-03-01T10:30:00.0"));
  CHECK(less("2018-03-01T10:30:00", "2018-03-01T10:30:00.1"));
  CHECK(less("2017-11-05T01:30:00.0-04:00", "2017-11-05T01:15:00.0-05:00"));
  CHECK(equal("2017-11-05T01:30:00.0-04:00", "2017-11-05T00:30:00.0-05:00"));
  CHECK(equal("1974-12-25T00:00:00+01:00", "1974-12-24T23:00:00Z"));
}

TEST_CASE("a value without a zone is ordered against one with a zone when no zone would matter") {
  CHECK(unknown("2018-03-01T10:30:00", "2018-03-01T10:30:00Z"));
  CHECK(less("2018-03-01T10:30:00", "2018-03-03T10:30:00Z"));
  CHECK(DateTime::compare(at("2018-03-01T10:30:00"), at("2018-03-01T10:30:00Z"), 0) ==
        std::strong_ordering::equal);
  CHECK(DateTime::compare(at("2018-03-01T10:30:00"), at("2018-03-01T10:30:00Z"), 60) ==
        std::strong_ordering::less);
}

TEST_CASE("times of day are ordered as dates are") {
  CHECK(TimeOfDay::compare(time("10:30"), time("10:31")) == std::strong_ordering::less);
  CHECK_FALSE(TimeOfDay::compare(time("10:30"), time("10:30:00")));
  CHECK(TimeOfDay::compare(time("10:30:00"), time("10:30:00.000")) == std::strong_ordering::equal);
  CHECK(time("10:30:00.250").to_string() == "10:30:00.250");
}

TEST_CASE("days and civil dates are one to one") {
  for (std::int64_t day = -800'000; day < 3'000'000; day += 97) {
    const fhir::CivilDate date = fhir::civil_from_days(day);
    REQUIRE(fhir::days_from_civil(date.year, date.month, date.day) == day);
  }
  CHECK(fhir::format_instant(0) == "1970-01-01T00:00:00.000Z");
  CHECK(fhir::format_instant(-1) == "1969-12-31T23:59:59.999Z");
  CHECK(fhir::format_instant(1'769'903'999'123) == "2026-01-31T23:59:59.123Z");
}
