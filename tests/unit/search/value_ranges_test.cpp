// https://hl7.org/fhir/R4/search.html#date https://hl7.org/fhir/R4/search.html#number
#include "src/search/value_ranges.h"

#include "fixture.h"

using namespace server::search;
using search_test::time_text;

TEST_CASE("a date covers all instants of its precision, in UTC where no zone is written") {
  struct Case {
    const char* text;
    const char* low;
    const char* high;
  };
  const Case cases[] = {
      {"2013", "2013-01-01", "2014-01-01"},
      {"2016-02", "2016-02-01", "2016-03-01"},
      {"2013-01-14", "2013-01-14", "2013-01-15"},
      {"2013-01-14T10:00Z", "2013-01-14T10:00:00.000Z", "2013-01-14T10:01:00.000Z"},
      {"2013-01-14T10:00:00+02:00", "2013-01-14T08:00:00.000Z", "2013-01-14T08:00:01.000Z"},
      {"2013-01-14T10:00:00.250Z", "2013-01-14T10:00:00.250Z", "2013-01-14T10:00:00.251Z"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto span = instants_of(c.text);
    REQUIRE(span);
    CHECK(time_text(span->low) == c.low);
    CHECK(time_text(span->high) == c.high);
  }
  for (const char* text :
       {"", "13", "2013-13", "2013-02-30", "yesterday", "2013-01-14T25:00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(instants_of(text));
  }
}

TEST_CASE("a number asked for stands for the range of its implicit precision") {
  struct Case {
    const char* text;
    double value, low, high;
  };
  const Case cases[] = {
      {"100", 100, 99.5, 100.5},
      {"100.00", 100, 99.995, 100.005},
      {"1e2", 100, 95, 105},
      {"5.4", 5.4, 5.35, 5.45},
      {"-5.4", -5.4, -5.45, -5.35},
      {"0", 0, -0.5, 0.5},
      {"2E-3", 0.002, 0.00195, 0.00205},
      {"5.40e-3", 0.0054, 0.0053995, 0.0054005},
      {"+7", 7, 6.5, 7.5},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const auto number = parse_written_number(c.text);
    REQUIRE(number);
    CHECK(number->value == c.value);
    CHECK(number->low == doctest::Approx(c.low).epsilon(1e-12));
    CHECK(number->high == doctest::Approx(c.high).epsilon(1e-12));
  }
  // The ends are the doubles nearest to them, so that 5.45 is not below the range of 5.4's end.
  CHECK(parse_written_number("5.4")->high == 5.45);
}

TEST_CASE("what is not a number has no range") {
  for (const char* text : {"", "abc", "1.2.3", "1e", "e5", "inf", "nan", "0x10", "1e999",
                           "1e-999999999999", "--1", "1 ", " 1", "1,5"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_written_number(text));
  }
  CHECK_FALSE(parse_written_number(std::string(2000, '9')));
  for (const char* text : {"", "inf", "nan", "1x", "-"}) CHECK_FALSE(parse_number(text));
}
