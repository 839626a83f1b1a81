// https://hl7.org/fhir/R4/valueset-observation-statistics.html: each code's own definition, on
// numbers small enough to be done by hand.
#include "src/operations/statistics.h"

#include <doctest/doctest.h>

#include <string>

using fhir::Decimal;
using server::operations::Sample;
using server::operations::Statistics;

namespace {

constexpr std::int64_t k_day = 86'400'000;

Statistics over(std::initializer_list<const char*> values, std::size_t total = 0) {
  std::vector<Sample> samples;
  std::int64_t day = 0;
  for (const char* value : values) samples.push_back({*Decimal::parse(value), k_day * day++});
  return {std::move(samples), std::max(total, values.size())};
}

std::string text(const std::optional<Decimal>& value) {
  return value ? value->to_string() : "none";
}

}  // namespace

TEST_CASE("counts: of measurements that contributed, and of all") {
  const Statistics some = over({"1", "2"}, 5);
  CHECK(text(some.value("count")) == "2");
  CHECK(text(some.value("total-count")) == "5");
}

TEST_CASE("sums, means and extremes are exact decimals") {
  const Statistics some = over({"0.2", "0.1", "0.3"});
  CHECK(text(some.value("sum")) == "0.6");
  CHECK(text(some.value("average")) == "0.2");
  CHECK(text(some.value("maximum")) == "0.3");
  CHECK(text(some.value("max")) == "0.3");
  CHECK(text(some.value("minimum")) == "0.1");
  CHECK(text(over({"1", "2", "2"}).value("average")) == "1.666667");
}

TEST_CASE("the median is the middle, or half way between the two in the middle") {
  CHECK(text(over({"5", "1", "3"}).value("median")) == "3");
  CHECK(text(over({"1", "2", "4", "8"}).value("median")) == "3");
}

TEST_CASE("quantiles divide the measurements") {
  const Statistics ten = over({"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"});
  CHECK(text(ten.value("20-percent")) == "2");
  CHECK(text(ten.value("5-1")) == "2");
  CHECK(text(ten.value("5-2")) == "4");
  CHECK(text(ten.value("5-3")) == "6");
  CHECK(text(ten.value("5-4")) == "8");
  CHECK(text(ten.value("80-percent")) == "8");
  CHECK(text(ten.value("4-lower")) == "2.5");
  CHECK(text(ten.value("4-upper")) == "7.5");
  CHECK(text(ten.value("4-dev")) == "2.5");  // "one-half the difference"
}

TEST_CASE("moments: variance, deviation, skew and kurtosis") {
  const Statistics some = over({"2", "4", "4", "4", "5", "5", "7", "9"});  // squares sum up to 32
  CHECK(text(some.value("variance")) == "4.57142857143");
  CHECK(text(some.value("std-dev")) == "2.1380899353");
  CHECK(text(some.value("skew")) == "0.65625");      // (42 / 8) / 2^3
  CHECK(text(some.value("kurtosis")) == "2.78125");  // (356 / 8) / 2^4
  CHECK(text(over({"1", "2", "3"}).value("skew")) == "0");
}

TEST_CASE("the regression has a gradient and an intercept") {
  const auto line = over({"1", "3", "5"}).regression();
  REQUIRE(line);
  CHECK(line->gradient.to_string() == "2");
  CHECK(line->intercept.to_string() == "1");
}

TEST_CASE("a measurement without a time is none of the regression's") {
  const Statistics some(
      {{*Decimal::parse("1"), 0}, {*Decimal::parse("9"), {}}, {*Decimal::parse("3"), k_day}}, 3);
  REQUIRE(some.regression());
  CHECK(some.regression()->gradient.to_string() == "2");
  CHECK(some.regression()->intercept.to_string() == "1");
}

TEST_CASE("too few measurements have no such number") {
  CHECK(text(over({}).value("average")) == "none");
  CHECK(text(over({}).value("count")) == "0");
  CHECK(text(over({"1"}).value("std-dev")) == "none");
  CHECK(text(over({"1", "1"}).value("skew")) == "none");
  CHECK_FALSE(over({"1"}).regression());
  CHECK(text(over({"1"}).value("mode")) == "none");
}
