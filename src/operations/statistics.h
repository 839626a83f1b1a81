// Statistics over measurements, by the codes of R4.
// https://hl7.org/fhir/R4/valueset-observation-statistics.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/decimal.h"

namespace server::operations {

/// One measurement, all of a series in one unit.
struct Sample {
  fhir::Decimal value;
  std::optional<std::int64_t> time_ms;  // UTC
};

/// What a statistic's number is measured in.
enum class StatisticUnit : std::uint8_t { count, unit, unit_squared, none };

struct StatisticCode {
  std::string_view code;
  std::string_view display;
  StatisticUnit unit = StatisticUnit::unit;
};

/// The codes of the value set, in its order; `regression` among them.
std::span<const StatisticCode> statistic_codes();
/// By code; `max` and `min`, which the operation's text uses, are known too. Null when unknown.
const StatisticCode* statistic_code(std::string_view code);

/// y = intercept + gradient × days since the first measurement.
struct RegressionLine {
  fhir::Decimal gradient;  // for a day
  fhir::Decimal intercept;
  std::int64_t origin_ms = 0;
};

/// Values are exact where a sum, a difference or a middle is; what needs a root or a quotient is
/// rounded to 12 significant digits. Quantiles lie between the two nearest measurements in
/// proportion; variance and std-dev are those of a sample (n - 1); skew is the third, kurtosis the
/// fourth standardised moment, 3 for a normal distribution.
class Statistics {
 public:
  /// total   measurements, those without a number too
  Statistics(std::vector<Sample> samples, std::size_t total);

  /// Nothing for `regression`, for an unknown code, and where there are too few measurements.
  std::optional<fhir::Decimal> value(std::string_view code) const;
  /// Of the measurements that have a time; nothing unless there are two at different ones.
  std::optional<RegressionLine> regression() const;

 private:
  std::optional<fhir::Decimal> quantile(std::int64_t percent) const;
  std::optional<double> moment(int power) const;
  std::optional<double> variance() const;
  double mean() const;

  std::vector<Sample> samples_;  // by value
  std::size_t total_;
  fhir::Decimal sum_;
};

}  // namespace server::operations
