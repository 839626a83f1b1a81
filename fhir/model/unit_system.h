// What FHIRPath, validation and search ask of units of measure, in process. The terminology library
// implements it with UCUM; nothing here knows how. https://ucum.org/ucum
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/base/decimal.h"
#include "fhir/base/result.h"

namespace fhir {

/// A number with its unit; the unit of one is "1".
struct UnitValue {
  Decimal value;
  std::string unit;
};

/// Immutable to look at; safe for any number of threads. Values are exact where their decimals end,
/// else rounded to k_unit_digits_max significant digits. Nothing is returned for a unit that is not
/// valid, for values of different dimension, and past the limits of decimals.
class UnitSystem {
 public:
  virtual ~UnitSystem() = default;

  /// errors   code-invalid: what in the text is no unit, and where
  virtual Result<void> check(std::string_view unit) const = 0;
  bool is_valid(std::string_view unit) const { return check(unit).has_value(); }

  /// The value in base units: two values are comparable when the units of these are equal.
  virtual std::optional<UnitValue> canonical(const Decimal& value, std::string_view unit) const = 0;

  /// Whether more in this unit is more in base units, by a straight line: not so on logarithmic
  /// scales, and for what is no unit.
  virtual bool is_linear(std::string_view unit) const = 0;

  virtual std::optional<Decimal> convert(const Decimal& value, std::string_view from,
                                         std::string_view to) const = 0;

  /// Product and quotient, in a unit made of the given ones or in base units. Units of a scale
  /// without a true zero (`Cel`) take part only beside plain numbers.
  virtual std::optional<UnitValue> multiply(const Decimal& a, std::string_view unit_a,
                                            const Decimal& b, std::string_view unit_b) const = 0;
  virtual std::optional<UnitValue> divide(const Decimal& a, std::string_view unit_a,
                                          const Decimal& b, std::string_view unit_b) const = 0;

  /// The unit in words; empty when it is not valid. Of the empty text it may be the word for unity.
  virtual std::string display(std::string_view unit) const = 0;
};

inline constexpr int k_unit_digits_max = 40;

/// The system under which FHIR knows UCUM.
inline constexpr std::string_view k_ucum_system = "http://unitsofmeasure.org";

}  // namespace fhir
