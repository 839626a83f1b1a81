// An exact decimal number that remembers how many digits were written.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/base/result.h"

namespace fhir {

/// coefficient × 10^-scale. Comparison is by value (1.0 == 1.00); text keeps the scale. Small
/// numbers live in 64 bits; larger ones in Boost.Multiprecision, behind this class.
class Decimal {
 public:
  Decimal() = default;
  explicit Decimal(std::int64_t value);
  static Decimal from_parts(std::int64_t coefficient, int scale);

  /// text      JSON number or FHIRPath decimal: digits, optional sign, fraction, exponent
  /// returns   the value; nothing when it is not a number or passes k_decimal_digits_max
  static std::optional<Decimal> parse(std::string_view text);

  /// Digits with the scale as written; never in exponent form.
  std::string to_string() const;
  double to_double() const;
  /// The value as an integer when it is one and fits.
  std::optional<std::int64_t> to_int64() const;

  /// Digits after the decimal point as written; negative exponents count, `1e3` has 0.
  int scale() const { return scale_; }
  int sign() const;
  bool is_integer() const;
  /// Digits of the coefficient; sums and products may pass k_decimal_digits_max, callers check.
  int digit_count() const;

  Decimal operator-() const;
  friend Decimal operator+(const Decimal& a, const Decimal& b);
  friend Decimal operator-(const Decimal& a, const Decimal& b);
  friend Decimal operator*(const Decimal& a, const Decimal& b);
  /// a / b with at most `scale_max` digits after the point, trailing zeros removed; nothing for b =
  /// 0.
  static std::optional<Decimal> divide(const Decimal& a, const Decimal& b, int scale_max = 28);
  /// Quotient rounded towards zero, and what remains; nothing for b = 0.
  static std::optional<Decimal> divide_whole(const Decimal& a, const Decimal& b);
  static std::optional<Decimal> remainder(const Decimal& a, const Decimal& b);
  /// Half away from zero to `digits` after the point.
  Decimal round(int digits) const;
  Decimal truncate() const;
  Decimal floor() const;
  Decimal ceiling() const;
  Decimal abs() const;
  /// Without trailing zeros after the point.
  Decimal normalized() const;

  friend bool operator==(const Decimal& a, const Decimal& b);
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);

 private:
  struct Big;
  friend struct DecimalParts;
  std::int64_t small_ = 0;
  int scale_ = 0;
  std::shared_ptr<const Big> big_;  // set when the coefficient does not fit 64 bits
};

inline constexpr int k_decimal_digits_max = 1000;

}  // namespace fhir
