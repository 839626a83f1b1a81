#include "terminology/ucum/ratio.h"

#include <algorithm>
#include <cstdlib>

#include "fhir/model/unit_system.h"

namespace terminology::ucum {
namespace {

using fhir::Decimal;

bool is_small(const Decimal& value) {
  return value.scale() <= k_ratio_digits_max && value.digit_count() <= k_ratio_digits_max;
}

std::optional<Ratio> checked(Decimal numerator, Decimal denominator) {
  if (denominator.sign() == 0 || !is_small(numerator) || !is_small(denominator))
    return std::nullopt;
  return Ratio{std::move(numerator), std::move(denominator)};
}

bool is_one(const Decimal& value) { return value == Decimal(1); }

}  // namespace

std::optional<Ratio> multiply(const Ratio& a, const Ratio& b) {
  return checked(a.numerator * b.numerator, a.denominator * b.denominator);
}

std::optional<Ratio> divide(const Ratio& a, const Ratio& b) {
  return checked(a.numerator * b.denominator, a.denominator * b.numerator);
}

std::optional<Ratio> power(const Ratio& base, int exponent) {
  if (is_one(base.numerator) && is_one(base.denominator)) return base;
  std::optional<Ratio> result = Ratio{};
  std::optional<Ratio> square = base;
  for (int rest = std::abs(exponent); rest != 0; rest /= 2) {
    if (!square) return std::nullopt;
    if (rest % 2 != 0) result = multiply(*result, *square);
    if (!result) return std::nullopt;
    if (rest > 1) square = multiply(*square, *square);
  }
  return exponent < 0 ? divide(Ratio{}, *result) : result;
}

Decimal value_of(const Ratio& ratio) {
  if (is_one(ratio.denominator)) return ratio.numerator;
  // Where the first digit of the quotient stands, or one place below.
  const int magnitude = ratio.numerator.digit_count() - ratio.numerator.scale() -
                        ratio.denominator.digit_count() + ratio.denominator.scale() - 1;
  const int places = std::max(0, fhir::k_unit_digits_max - magnitude);
  return Decimal::divide(ratio.numerator, ratio.denominator, places).value_or(Decimal());
}

Ratio simplified(const Ratio& ratio) {
  Decimal quotient = value_of(ratio);
  if (quotient * ratio.denominator == ratio.numerator) return {std::move(quotient), Decimal(1)};
  return ratio;
}

}  // namespace terminology::ucum
