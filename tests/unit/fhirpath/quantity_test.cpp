// Quantities of different units: https://hl7.org/fhirpath/N1/#quantity
#include <doctest/doctest.h>

#include "fixture.h"

using fhirpath_test::evaluate;

namespace {

std::string without_units(std::string_view source) {
  static const fhir::json::Document k_empty = fhirpath_test::read("{}");
  return evaluate(source, fhir::Element{&k_empty.root()}, fhirpath_test::none());
}

}  // namespace

TEST_CASE("quantities of one dimension compare across units") {
  CHECK(evaluate("4 'g' = 4000 'mg'") == "true");
  CHECK(evaluate("4 'g' != 4001 'mg'") == "true");
  CHECK(evaluate("4 'g' ~ 4000.0 'mg'") == "true");
  CHECK(evaluate("4 'g' ~ 4040 'mg'") == "true");
  CHECK(evaluate("4.1 'g' ~ 4040 'mg'") == "false");
  CHECK(evaluate("1 'km' > 999 'm'") == "true");
  CHECK(evaluate("0.05 'g/L' <= 5 'mg/dL'") == "true");
  CHECK(evaluate("37 'Cel' = 310.15 'K'") == "true");
  CHECK(evaluate("1 'm'.comparable(1 'cm')") == "true");
}

TEST_CASE("quantities of different dimension are not equal, and have no order") {
  CHECK(evaluate("1 'cm' = 1 's'") == "");
  CHECK(evaluate("1 'cm' ~ 1 's'") == "false");
  CHECK(evaluate("1 'cm' < 1 's'") == "");
  CHECK(evaluate("1 'cm' < 1 'bogus'") == "");
  CHECK(evaluate("1 'm'.comparable(1 's')") == "false");
}

TEST_CASE("the unit of a sum is the more granular of the two") {
  CHECK(evaluate("1 'm' + 1 'cm'") == "101 'cm'");
  CHECK(evaluate("1 'cm' + 1 'm'") == "101 'cm'");
  CHECK(evaluate("1 'm' - 1 'cm'") == "99 'cm'");
  CHECK(evaluate("2 hours + 30 minutes") == "150 minutes");
  CHECK(evaluate("1 'm' + 1 's'") == "");
}

TEST_CASE("products and quotients are the unit system's, but for plain numbers") {
  CHECK(evaluate("2 'cm' * 3 'm'") == "6 'cm.m'");
  CHECK(evaluate("2 * 3 'mg'") == "6 'mg'");
  CHECK(evaluate("3 'mg' * 2") == "6 'mg'");
  CHECK(evaluate("3 days * 2") == "6 days");
  CHECK(evaluate("6 'mg' / 2") == "3 'mg'");
  CHECK(evaluate("6 'g' / 3 'mg'") == "2000 '1'");
  CHECK(evaluate("6 'g' / 3 'm'") == "2 'g/m'");
  CHECK(evaluate("6 'g' / 0 'm'") == "");
}

TEST_CASE("toQuantity gives the value in the unit that is asked for") {
  CHECK(evaluate("1 'km'.toQuantity('m')") == "1000 'm'");
  CHECK(evaluate("37 'Cel'.toQuantity('K')") == "310.15 'K'");
  CHECK(evaluate("310.15 'K'.toQuantity('Cel')") == "37 'Cel'");
  CHECK(evaluate("1 'km'.toQuantity('s')") == "");
  CHECK(evaluate("1 'km'.convertsToQuantity('s')") == "false");
  CHECK(evaluate("3 days.toQuantity('h')") == "72 'h'");
  CHECK(evaluate("36 hours.toQuantity('day')") == "1.5 days");
}

TEST_CASE("durations up to weeks are definite; a calendar's years and months are not UCUM's") {
  CHECK(evaluate("7 days = 1 'wk'") == "true");
  CHECK(evaluate("1 'min' = 60 seconds") == "true");
  CHECK(evaluate("1 year = 12 months") == "true");
  CHECK(evaluate("1 year = 1 'a'") == "");
  CHECK(evaluate("1 year ~ 1 'a'") == "true");
  CHECK(evaluate("1 month = 30 days") == "");
}

TEST_CASE("without a unit system equal units compare, and durations") {
  CHECK(without_units("4 'mg' = 4 'mg'") == "true");
  CHECK(without_units("4 'mg' < 5 'mg'") == "true");
  CHECK(without_units("4 'g' = 4000 'mg'") == "");
  CHECK(without_units("1 'min' = 60 's'") == "true");
  CHECK(without_units("1 'm' * 1 'm'") == "1 'm2'");
  CHECK(without_units("6 'g' / 2 'm'") == "3 'g/m'");
  CHECK(without_units("6 'g' / 2 'g'") == "3 '1'");
}
