// Quantities of UCUM in base units: https://hl7.org/fhir/R4/search.html#quantity
#include <doctest/doctest.h>

#include "fixture.h"
#include "matching.h"
#include "src/search/canonical_unit.h"
#include "src/search/percent.h"
#include "src/search/query_parser.h"
#include "tests/support/unit_double.h"

using namespace search_test;

namespace {

const Extractor& with_units() {
  static const auto made = [] {
    auto result = Extractor::make(core(), k_base_url,
                                  std::shared_ptr<const fhir::UnitSystem>(
                                      std::shared_ptr<void>(), &test_support::unit_double()));
    if (!result) FAIL(result.error().diagnostics);
    return *std::move(result);
  }();
  return *made;
}

IndexRows rows_of_quantity(const std::string& members) {
  const auto observation =
      document(R"({"resourceType":"Observation","code":{"coding":[{"system":"l","code":"c"}]},)"
               R"("valueQuantity":{"system":"http://unitsofmeasure.org",)" +
               members + "}}");
  auto rows = with_units().extract(fhir::root_element(observation.root(), *core()));
  REQUIRE(rows);
  return *std::move(rows);
}

Criterion criterion(const std::string& url) {
  ParseOptions options;
  options.base_url = k_base_url;
  options.units = &test_support::unit_double();
  const auto parameters = split_query(url);
  REQUIRE(parameters);
  auto parsed = parse_query("Observation", *parameters, *core(), options);
  if (!parsed) FAIL(parsed.error()[0].diagnostics);
  return std::move(parsed->criteria.at(0));
}

bool finds(const std::string& value, const std::string& members) {
  return matches(criterion("value-quantity=" + value), rows_of_quantity(members));
}

}  // namespace

TEST_CASE("a quantity of UCUM is indexed as it was sent and in base units") {
  CHECK(lines(rows_of_quantity(R"("value":5,"code":"mg/dL")"), "value-quantity") ==
        Lines{"5..5 http://unitsofmeasure.org|mg/dL", "50..50 urn:medisync:ucum-base-units|g.m-3"});
  CHECK(lines(rows_of_quantity(R"("value":36.6,"code":"Cel")"), "value-quantity") ==
        Lines{"309.75..309.75 urn:medisync:ucum-base-units|K",
              "36.6..36.6 http://unitsofmeasure.org|Cel"});
  CHECK(
      lines(rows_of_quantity(R"("value":5,"comparator":"<=","code":"mg")"), "value-quantity") ==
      Lines{"-inf..0.005 urn:medisync:ucum-base-units|g", "-inf..5 http://unitsofmeasure.org|mg"});
  CHECK(lines(rows_of_quantity(R"("value":5,"code":"mgs")"), "value-quantity") ==
        Lines{"5..5 http://unitsofmeasure.org|mgs"});
}

TEST_CASE("what is greater than a value is greater in base units too") {
  const std::string above = R"("value":0.33,"comparator":">","code":"Cel")";
  CHECK_FALSE(finds("le0.33|http://unitsofmeasure.org|Cel", above));
  CHECK(finds("gt0.33|http://unitsofmeasure.org|Cel", above));
  const std::string below = R"("value":0.33,"comparator":"<","code":"Cel")";
  CHECK_FALSE(finds("ge0.33|http://unitsofmeasure.org|Cel", below));
  CHECK(finds("lt0.33|http://unitsofmeasure.org|Cel", below));
}

TEST_CASE("a scale that runs against its base units is indexed as it was sent only") {
  CHECK(lines(rows_of_quantity(R"("value":5,"code":"[opposite]")"), "value-quantity") ==
        Lines{"5..5 http://unitsofmeasure.org|[opposite]"});
  CHECK(finds("gt4|http://unitsofmeasure.org|[opposite]", R"("value":5,"code":"[opposite]")"));
}

TEST_CASE("quantities match across units, with the precision that was written") {
  const std::string sent = R"("value":5.4,"code":"mg/dL")";
  CHECK(finds("5.4|http://unitsofmeasure.org|mg/dL", sent));
  CHECK(finds("0.054|http://unitsofmeasure.org|g/L", sent));
  CHECK(finds("0.05|http://unitsofmeasure.org|g/L", sent));
  CHECK_FALSE(finds("0.0540|http://unitsofmeasure.org|g/L", R"("value":5.41,"code":"mg/dL")"));
  CHECK_FALSE(finds("5.4|http://unitsofmeasure.org|g/L", sent));
  CHECK_FALSE(finds("5.4|http://unitsofmeasure.org|kg", sent));
  CHECK(finds("gt0.05|http://unitsofmeasure.org|g/L", sent));
  CHECK_FALSE(finds("lt0.054|http://unitsofmeasure.org|g/L", sent));
  CHECK(finds("37|http://unitsofmeasure.org|Cel", R"("value":310.15,"code":"K")"));
}

TEST_CASE("a tenth of the value is a tenth in the unit that was asked for") {
  const auto operand = criterion("value-quantity=ap37|http://unitsofmeasure.org|Cel");
  CHECK(operand.alternatives[0].number == doctest::Approx(310.15));
  CHECK(operand.alternatives[0].tolerance == doctest::Approx(3.7));
}

TEST_CASE("a value without a system asks for the unit as it was sent") {
  for (const char* url :
       {"value-quantity=5.4", "value-quantity=5.4||mg/dL", "value-quantity=5.4|urn:other|mg/dL"}) {
    CAPTURE(std::string(url));
    CHECK(criterion(url).alternatives[0].system != k_canonical_units);
  }
}

TEST_CASE("a component of a composite is asked for in base units too") {
  const auto asked = criterion("code-value-quantity=l|c$0.054|http://unitsofmeasure.org|g/L");
  CHECK(matches(asked, rows_of_quantity(R"("value":5.4,"code":"mg/dL")")));
  CHECK_FALSE(matches(asked, rows_of_quantity(R"("value":5.4,"code":"g/L")")));
}
