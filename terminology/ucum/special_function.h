// The functions of special units, whose scales have no true zero or are no straight line: degrees
// of temperature, logarithms, slopes.
// https://ucum.org/ucum#section-Special-Units-on-non-ratio-Scales
#pragma once

#include <optional>
#include <string_view>

#include "fhir/base/decimal.h"

namespace terminology::ucum {

/// How many significant digits of a value are right that a function was applied to which is not
/// exact.
inline constexpr int k_function_digits = 30;

struct SpecialFunction {
  std::string_view name;
  bool is_exact = false;  // and a straight line
  /// From a number of the proper unit to the special scale, and back. Nothing outside of the
  /// domain (the logarithm of -1) or the range of decimals. Exact for temperatures, else rounded.
  std::optional<fhir::Decimal> (*to_scale)(const fhir::Decimal&);
  std::optional<fhir::Decimal> (*from_scale)(const fhir::Decimal&);
};

/// Null when there is none of that name.
const SpecialFunction* special_function(std::string_view name);

}  // namespace terminology::ucum
