// https://hl7.org/fhir/R4/datatypes.html#decimal
#include "fhir/base/decimal.h"

#include <doctest/doctest.h>

#include <string>

using fhir::Decimal;

namespace {

Decimal dec(std::string_view text) { return Decimal::parse(text).value(); }

}  // namespace

TEST_CASE("a decimal keeps the digits that were written") {
  for (const char* text : {"0", "0.0", "1.00", "-0.010", "185", "123456789012345678901234567890.50",
                           "0.000000000000000000000000000001", "9223372036854775807",
                           "-9223372036854775808", "9223372036854775808"}) {
    CHECK(dec(text).to_string() == text);
  }
  CHECK(dec("1e3").to_string() == "1000");
  CHECK(dec("1.50E1").to_string() == "15.0");
  CHECK(dec("1e-3").to_string() == "0.001");
  CHECK(dec("-2.5e+2").to_string() == "-250");
  CHECK(dec("1e-3").scale() == 3);
  CHECK(dec("1e3").scale() == 0);
  CHECK(dec("007.10").to_string() == "7.10");
}

TEST_CASE("what is no number is refused, and so is one of too many digits") {
  for (const char* text :
       {"", "-", "+", ".5", "1.", "1e", "1e+", "1.2.3", "0x10", " 1", "1 ", "1,0", "Infinity",
        "NaN", "1e1001", "1e-1001", "1e99999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(Decimal::parse(text));
  }
  CHECK_FALSE(Decimal::parse(std::string(1001, '9')));
  CHECK(Decimal::parse(std::string(1000, '9')));
}

TEST_CASE("comparison is by value, whatever the scale") {
  CHECK(dec("1.0") == dec("1.00"));
  CHECK(dec("-0.0") == dec("0"));
  CHECK(dec("1.01") > dec("1.0"));
  CHECK(dec("-5") < dec("-4.999"));
  CHECK(dec("1e30") > dec("999999999999999999"));
  CHECK(dec("1e30") == dec("1000000000000000000000000000000.000"));
  CHECK(dec("9223372036854775807") < dec("9223372036854775807.5"));
}

TEST_CASE("arithmetic is exact on both sides of 64 bits") {
  CHECK((dec("0.1") + dec("0.2")).to_string() == "0.3");
  CHECK((dec("9223372036854775807") + dec("1")).to_string() == "9223372036854775808");
  CHECK((dec("9223372036854775808") - dec("1")).to_string() == "9223372036854775807");
  CHECK((dec("-9223372036854775808") - dec("0.5")).to_string() == "-9223372036854775808.5");
  CHECK((dec("3037000500") * dec("3037000500")).to_string() == "9223372037000250000");
  CHECK((dec("1.10") * dec("2.0")).to_string() == "2.200");
  CHECK((-dec("-9223372036854775808")).to_string() == "9223372036854775808");
}

TEST_CASE("division rounds half away from zero at the scale asked for") {
  CHECK(Decimal::divide(dec("1"), dec("4"))->to_string() == "0.25");
  CHECK(Decimal::divide(dec("2"), dec("3"), 4)->to_string() == "0.6667");
  CHECK(Decimal::divide(dec("-2"), dec("3"), 4)->to_string() == "-0.6667");
  CHECK(Decimal::divide(dec("6.0"), dec("2"))->to_string() == "3");
  CHECK(Decimal::divide(dec("1e30"), dec("1e-2"), 2)->to_string() ==
        "100000000000000000000000000000000");
  CHECK_FALSE(Decimal::divide(dec("1"), dec("0.00")));
  CHECK(Decimal::divide_whole(dec("5.5"), dec("0.7"))->to_string() == "7");
  CHECK(Decimal::divide_whole(dec("-5"), dec("2"))->to_string() == "-2");
  CHECK(Decimal::divide_whole(dec("-9223372036854775808"), dec("-1"))->to_string() ==
        "9223372036854775808");
  CHECK(*Decimal::remainder(dec("5.5"), dec("0.7")) == dec("0.6"));
  CHECK(*Decimal::remainder(dec("-9223372036854775808"), dec("-1")) == dec("0"));
  CHECK_FALSE(Decimal::remainder(dec("1"), dec("0")));
}

TEST_CASE("rounding, floor and ceiling follow the number line") {
  CHECK(dec("3.14159").round(3).to_string() == "3.142");
  CHECK(dec("-1.5").round(0).to_string() == "-2");
  CHECK(dec("2.5").round(0).to_string() == "3");
  CHECK(dec("1.5").round(4).to_string() == "1.5");
  CHECK(dec("-1.5").truncate().to_string() == "-1");
  CHECK(dec("-1.5").floor().to_string() == "-2");
  CHECK(dec("-1.5").ceiling().to_string() == "-1");
  CHECK(dec("1.1").ceiling().to_string() == "2");
  CHECK(dec("2.0").ceiling().to_string() == "2");
  CHECK(dec("123456789012345678901234567890.9").floor().to_string() ==
        "123456789012345678901234567890");
  CHECK(dec("1.500").normalized().to_string() == "1.5");
  CHECK(dec("-1.5").abs().to_string() == "1.5");
}

TEST_CASE("a decimal says whether it is an integer") {
  CHECK(dec("12.00").to_int64() == 12);
  CHECK_FALSE(dec("12.5").to_int64());
  CHECK_FALSE(dec("9223372036854775808").to_int64());
  CHECK(dec("1e2").is_integer());
  CHECK(dec("0.5").to_double() == doctest::Approx(0.5));
  CHECK(dec("123456789012345678901234567890").to_double() ==
        doctest::Approx(1.2345678901234568e29));
  CHECK(dec("-120.5").digit_count() == 4);
  CHECK(dec("1e25").digit_count() == 26);
}
