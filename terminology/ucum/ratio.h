// An exact quotient of two decimals: what a unit's factor is, since `K/9` has no decimal.
#pragma once

#include <optional>

#include "fhir/base/decimal.h"

namespace terminology::ucum {

inline constexpr int k_ratio_digits_max = 500;  // of either side, before or after the point

struct Ratio {
  fhir::Decimal numerator{1};
  fhir::Decimal denominator{1};
};

/// Products and quotients; nothing past the limit, or for a division by zero.
std::optional<Ratio> multiply(const Ratio& a, const Ratio& b);
std::optional<Ratio> divide(const Ratio& a, const Ratio& b);
std::optional<Ratio> power(const Ratio& base, int exponent);

/// The quotient: exact where it ends within k_unit_digits_max significant digits, else rounded.
fhir::Decimal value_of(const Ratio& ratio);

/// The same ratio with the denominator 1 where that is exact.
Ratio simplified(const Ratio& ratio);

}  // namespace terminology::ucum
