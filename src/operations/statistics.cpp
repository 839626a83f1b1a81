// https://hl7.org/fhir/R4/valueset-observation-statistics.html
#include "src/operations/statistics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace server::operations {
namespace {

using fhir::Decimal;

constexpr int k_digits = 12;  // significant ones of what is not exact
constexpr double k_day_ms = 86'400'000.0;

constexpr auto k_codes = std::to_array<StatisticCode>({
    {"average", "Average"},
    {"maximum", "Maximum"},
    {"minimum", "Minimum"},
    {"count", "Count", StatisticUnit::count},
    {"total-count", "Total Count", StatisticUnit::count},
    {"median", "Median"},
    {"std-dev", "Standard Deviation"},
    {"sum", "Sum"},
    {"variance", "Variance", StatisticUnit::unit_squared},
    {"20-percent", "20th Percentile"},
    {"80-percent", "80th Percentile"},
    {"4-lower", "Lower Quartile"},
    {"4-upper", "Upper Quartile"},
    {"4-dev", "Quartile Deviation"},
    {"5-1", "1st Quintile"},
    {"5-2", "2nd Quintile"},
    {"5-3", "3rd Quintile"},
    {"5-4", "4th Quintile"},
    {"skew", "Skew", StatisticUnit::none},
    {"kurtosis", "Kurtosis", StatisticUnit::none},
    {"regression", "Regression"},
});

Decimal whole(std::size_t number) { return Decimal(static_cast<std::int64_t>(number)); }

std::optional<Decimal> rounded(std::optional<double> number) {
  if (!number || !std::isfinite(*number)) return std::nullopt;
  std::array<char, 40> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), *number,
                                 std::chars_format::general, k_digits)
                       .ptr;
  return Decimal::parse({text.data(), static_cast<std::size_t>(end - text.data())});
}

}  // namespace

std::span<const StatisticCode> statistic_codes() { return k_codes; }

const StatisticCode* statistic_code(std::string_view code) {
  if (code == "max") code = "maximum";
  if (code == "min") code = "minimum";
  for (const StatisticCode& known : k_codes) {
    if (known.code == code) return &known;
  }
  return nullptr;
}

Statistics::Statistics(std::vector<Sample> samples, std::size_t total)
    : samples_(std::move(samples)), total_(total) {
  std::stable_sort(samples_.begin(), samples_.end(),
                   [](const Sample& a, const Sample& b) { return a.value < b.value; });
  for (const Sample& sample : samples_) sum_ = sum_ + sample.value;
}

double Statistics::mean() const { return sum_.to_double() / static_cast<double>(samples_.size()); }

/// Mean of the powers of the distances from the mean.
std::optional<double> Statistics::moment(int power) const {
  if (samples_.empty()) return std::nullopt;
  const double middle = mean();
  double sum = 0;
  for (const Sample& sample : samples_) sum += std::pow(sample.value.to_double() - middle, power);
  return sum / static_cast<double>(samples_.size());
}

std::optional<double> Statistics::variance() const {
  if (samples_.size() < 2) return std::nullopt;
  const auto count = static_cast<double>(samples_.size());
  return *moment(2) * count / (count - 1);
}

std::optional<Decimal> Statistics::quantile(std::int64_t percent) const {
  if (samples_.empty()) return std::nullopt;
  const auto hundredths = percent * static_cast<std::int64_t>(samples_.size() - 1);
  const auto at = static_cast<std::size_t>(hundredths / 100);
  const Decimal& below = samples_[at].value;
  if (hundredths % 100 == 0) return below;
  const Decimal part = Decimal::from_parts(hundredths % 100, 2);
  return (below + (samples_[at + 1].value - below) * part).normalized();
}

std::optional<Decimal> Statistics::value(std::string_view code) const {
  const StatisticCode* known = statistic_code(code);
  if (known == nullptr) return std::nullopt;
  code = known->code;
  if (code == "count") return whole(samples_.size());
  if (code == "total-count") return whole(total_);
  if (samples_.empty()) return std::nullopt;
  if (code == "sum") return sum_;
  if (code == "minimum") return samples_.front().value;
  if (code == "maximum") return samples_.back().value;
  if (code == "average") {
    const auto exact = Decimal::divide(sum_, whole(samples_.size()), sum_.scale() + 6);
    return exact ? std::optional(exact->normalized()) : std::nullopt;
  }
  if (code == "median") return quantile(50);
  if (code == "20-percent" || code == "5-1") return quantile(20);
  if (code == "5-2") return quantile(40);
  if (code == "5-3") return quantile(60);
  if (code == "80-percent" || code == "5-4") return quantile(80);
  if (code == "4-lower") return quantile(25);
  if (code == "4-upper") return quantile(75);
  if (code == "4-dev")
    return ((*quantile(75) - *quantile(25)) * Decimal::from_parts(5, 1)).normalized();
  if (code == "variance") return rounded(variance());
  if (code == "std-dev") {
    const auto squared = variance();
    return rounded(squared ? std::optional(std::sqrt(*squared)) : std::nullopt);
  }
  const double spread = *moment(2);
  if (spread == 0) return std::nullopt;
  if (code == "skew") return rounded(*moment(3) / std::pow(spread, 1.5));
  if (code == "kurtosis") return rounded(*moment(4) / (spread * spread));
  return std::nullopt;
}

/// https://en.wikipedia.org/wiki/Simple_linear_regression, which the code's definition names.
std::optional<RegressionLine> Statistics::regression() const {
  std::vector<std::pair<double, double>> points;  // days, value
  std::optional<std::int64_t> origin;
  for (const Sample& sample : samples_) {
    if (sample.time_ms) origin = std::min(origin.value_or(*sample.time_ms), *sample.time_ms);
  }
  for (const Sample& sample : samples_) {
    if (sample.time_ms)
      points.emplace_back(static_cast<double>(*sample.time_ms - *origin) / k_day_ms,
                          sample.value.to_double());
  }
  if (points.size() < 2) return std::nullopt;
  double middle_day = 0, middle = 0;
  for (const auto& [day, value] : points) {
    middle_day += day / static_cast<double>(points.size());
    middle += value / static_cast<double>(points.size());
  }
  double products = 0, squares = 0;
  for (const auto& [day, value] : points) {
    products += (day - middle_day) * (value - middle);
    squares += (day - middle_day) * (day - middle_day);
  }
  if (squares == 0) return std::nullopt;
  const double gradient = products / squares;
  const auto slope = rounded(gradient), at_origin = rounded(middle - gradient * middle_day);
  if (!slope || !at_origin) return std::nullopt;
  return RegressionLine{*slope, *at_origin, *origin};
}

}  // namespace server::operations
