// https://ucum.org/ucum#section-Special-Units-on-non-ratio-Scales
#include "terminology/ucum/special_function.h"

#include <array>
#include <ios>
#include <string>

#include <boost/multiprecision/cpp_dec_float.hpp>

namespace terminology::ucum {
namespace {

using fhir::Decimal;
using Float = boost::multiprecision::cpp_dec_float_50;
using Answer = std::optional<Decimal>;

constexpr int k_digits = k_function_digits + 4;
constexpr int k_logarithm_max = 300;  // of what a logarithmic scale stands for

Float read(const Decimal& value) { return Float(value.to_string()); }

Answer write(const Float& value) {
  const auto written = Decimal::parse(value.str(k_digits, std::ios_base::scientific));
  if (!written) return std::nullopt;
  return written->normalized();
}

// Temperatures: the zero of the scale, in degrees of the scale above absolute zero.
template <int hundredths>
Answer above_zero(const Decimal& value) {
  return value - Decimal::from_parts(hundredths, 2);
}
template <int hundredths>
Answer above_absolute_zero(const Decimal& value) {
  return value + Decimal::from_parts(hundredths, 2);
}

// factor × the logarithm to a base, 0 standing for e.
template <int base, int numerator, int denominator>
Answer logarithm(const Decimal& value) {
  if (value.sign() <= 0) return std::nullopt;
  Float result = base == 10 ? log10(read(value)) : log(read(value));
  if (base != 0 && base != 10) result /= log(Float(base));
  return write(result * numerator / denominator);
}

template <int base, int numerator, int denominator>
Answer exponential(const Decimal& value) {
  const Float exponent = read(value) * denominator / numerator;
  const Float in_tens = base == 0 ? exponent / log(Float(10)) : exponent * log10(Float(base));
  if (abs(in_tens) > k_logarithm_max) return std::nullopt;
  return write(base == 0 ? exp(exponent) : pow(Float(base), exponent));
}

Answer slope(const Decimal& radians) { return write(tan(read(radians)) * 100); }
Answer angle(const Decimal& slope) { return write(atan(read(slope) / 100)); }

Answer root(const Decimal& value) {
  if (value.sign() < 0) return std::nullopt;
  return write(sqrt(read(value)));
}
Answer square(const Decimal& value) { return value * value; }

constexpr std::array<SpecialFunction, 14> k_functions = {{
    {"Cel", true, above_zero<27315>, above_absolute_zero<27315>},
    {"degF", true, above_zero<45967>, above_absolute_zero<45967>},
    {"degRe", true, above_zero<21852>, above_absolute_zero<21852>},
    {"pH", false, logarithm<10, -1, 1>, exponential<10, -1, 1>},
    {"ln", false, logarithm<0, 1, 1>, exponential<0, 1, 1>},
    {"lg", false, logarithm<10, 1, 1>, exponential<10, 1, 1>},
    {"lgTimes2", false, logarithm<10, 2, 1>, exponential<10, 2, 1>},
    {"ld", false, logarithm<2, 1, 1>, exponential<2, 1, 1>},
    {"100tan", false, slope, angle},
    {"sqrt", false, root, square},
    {"hpX", false, logarithm<10, -1, 1>, exponential<10, -1, 1>},
    {"hpC", false, logarithm<100, -1, 1>, exponential<100, -1, 1>},
    {"hpM", false, logarithm<1000, -1, 1>, exponential<1000, -1, 1>},
    {"hpQ", false, logarithm<50000, -1, 1>, exponential<50000, -1, 1>},
}};

}  // namespace

const SpecialFunction* special_function(std::string_view name) {
  for (const SpecialFunction& function : k_functions) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

}  // namespace terminology::ucum
