// Exact decimals. Coefficients of 64 bits are worked on with overflow checks; whatever passes them
// goes through Boost.Multiprecision and comes back when it fits again.
// https://hl7.org/fhir/R4/datatypes.html#decimal https://hl7.org/fhirpath/N1/#decimal
#include "fhir/base/decimal.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <boost/multiprecision/cpp_int.hpp>

namespace fhir {

using Integer = boost::multiprecision::cpp_int;

struct Decimal::Big {
  Integer coefficient;
};

namespace {

constexpr int k_small_digits = 18;  // every coefficient of so many digits fits 64 bits

constexpr std::int64_t k_powers[k_small_digits + 1] = {1,
                                                       10,
                                                       100,
                                                       1'000,
                                                       10'000,
                                                       100'000,
                                                       1'000'000,
                                                       10'000'000,
                                                       100'000'000,
                                                       1'000'000'000,
                                                       10'000'000'000,
                                                       100'000'000'000,
                                                       1'000'000'000'000,
                                                       10'000'000'000'000,
                                                       100'000'000'000'000,
                                                       1'000'000'000'000'000,
                                                       10'000'000'000'000'000,
                                                       100'000'000'000'000'000,
                                                       1'000'000'000'000'000'000};

Integer power_of_ten(int exponent) {
  if (exponent <= k_small_digits) return k_powers[exponent];
  return boost::multiprecision::pow(Integer(10), static_cast<unsigned>(exponent));
}

/// value × 10^exponent where it fits 64 bits.
std::optional<std::int64_t> scaled(std::int64_t value, int exponent) {
  std::int64_t result = 0;
  if (exponent > k_small_digits) return value == 0 ? std::optional<std::int64_t>(0) : std::nullopt;
  if (__builtin_mul_overflow(value, k_powers[exponent], &result)) return std::nullopt;
  return result;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

/// Access to the parts for the functions of this file.
struct DecimalParts {
  static Integer coefficient(const Decimal& d) {
    return d.big_ ? d.big_->coefficient : Integer(d.small_);
  }
  static bool is_small(const Decimal& d) { return d.big_ == nullptr; }
  static std::int64_t small(const Decimal& d) { return d.small_; }
  static Decimal make(Integer coefficient, int scale) {
    Decimal result;
    result.scale_ = scale;
    if (coefficient >= std::numeric_limits<std::int64_t>::min() &&
        coefficient <= std::numeric_limits<std::int64_t>::max()) {
      result.small_ = static_cast<std::int64_t>(coefficient);
    } else {
      result.big_ = std::make_shared<const Decimal::Big>(Decimal::Big{std::move(coefficient)});
    }
    return result;
  }
  static Integer coefficient_at(const Decimal& d, int scale) {
    return coefficient(d) * power_of_ten(scale - d.scale_);
  }
  /// Both coefficients at the larger scale, where they fit 64 bits.
  static bool align(const Decimal& a, const Decimal& b, std::int64_t& left, std::int64_t& right) {
    if (!is_small(a) || !is_small(b)) return false;
    left = a.small_;
    right = b.small_;
    if (a.scale_ == b.scale_) return true;
    std::int64_t& short_one = a.scale_ < b.scale_ ? left : right;
    auto wide = scaled(short_one, std::abs(a.scale_ - b.scale_));
    if (!wide) return false;
    short_one = *wide;
    return true;
  }
};

using Parts = DecimalParts;

Decimal::Decimal(std::int64_t value) : small_(value) {}

Decimal Decimal::from_parts(std::int64_t coefficient, int scale) {
  if (scale < 0) return Parts::make(Integer(coefficient) * power_of_ten(-scale), 0);
  Decimal result(coefficient);
  result.scale_ = scale;
  return result;
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  std::size_t at = 0;
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    at = 1;
  }
  const std::size_t whole = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at == whole) return std::nullopt;
  std::string_view digits = text.substr(whole, at - whole);
  std::string_view fraction;
  if (at < text.size() && text[at] == '.') {
    const std::size_t start = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == start) return std::nullopt;
    fraction = text.substr(start, at - start);
  }
  int exponent = 0;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    bool below = false;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) below = text[at++] == '-';
    const std::size_t start = at;
    while (at < text.size() && is_digit(text[at])) {
      if (exponent <= k_decimal_digits_max) exponent = exponent * 10 + (text[at] - '0');
      ++at;
    }
    if (at == start) return std::nullopt;
    if (below) exponent = -exponent;
  }
  if (at != text.size()) return std::nullopt;
  if (digits.size() + fraction.size() > k_decimal_digits_max ||
      std::abs(exponent) > k_decimal_digits_max)
    return std::nullopt;

  const int scale = static_cast<int>(fraction.size()) - exponent;
  if (digits.size() + fraction.size() <= k_small_digits) {
    std::int64_t value = 0;
    for (char c : digits) value = value * 10 + (c - '0');
    for (char c : fraction) value = value * 10 + (c - '0');
    return from_parts(negative ? -value : value, scale);
  }
  std::string all;
  all.reserve(digits.size() + fraction.size());
  all.append(digits).append(fraction);
  all.erase(0, std::min(all.find_first_not_of('0'), all.size() - 1));  // else read as octal
  Integer value(all);
  if (scale < 0) value *= power_of_ten(-scale);
  return Parts::make(negative ? Integer(-value) : std::move(value), std::max(scale, 0));
}

std::string Decimal::to_string() const {
  std::string digits = big_ ? big_->coefficient.str() : std::to_string(small_);
  if (scale_ == 0) return digits;
  const bool negative = digits[0] == '-';
  if (negative) digits.erase(0, 1);
  const auto scale_digits = static_cast<std::size_t>(scale_);
  if (digits.size() <= scale_digits) digits.insert(0, scale_digits + 1 - digits.size(), '0');
  digits.insert(digits.size() - scale_digits, 1, '.');
  if (negative) digits.insert(0, 1, '-');
  return digits;
}

double Decimal::to_double() const {
  if (!big_ && scale_ <= k_small_digits && std::abs(small_) < (std::int64_t{1} << 53))
    return static_cast<double>(small_) / static_cast<double>(k_powers[scale_]);
  return std::strtod(to_string().c_str(), nullptr);
}

std::optional<std::int64_t> Decimal::to_int64() const {
  if (scale_ == 0) return big_ ? std::nullopt : std::optional(small_);
  Decimal whole = truncate();
  if (!(whole == *this) || whole.big_) return std::nullopt;
  return whole.small_;
}

int Decimal::digit_count() const {
  if (big_) {
    const std::string digits = big_->coefficient.str();
    return static_cast<int>(digits.size() - (digits[0] == '-' ? 1 : 0));
  }
  int count = 1;
  for (std::int64_t rest = small_ / 10; rest != 0; rest /= 10) ++count;
  return count;
}

int Decimal::sign() const {
  if (big_) return big_->coefficient.sign();
  return small_ > 0 ? 1 : small_ < 0 ? -1 : 0;
}

bool Decimal::is_integer() const { return scale_ == 0 || truncate() == *this; }

Decimal Decimal::operator-() const {
  if (!big_ && small_ != std::numeric_limits<std::int64_t>::min())
    return from_parts(-small_, scale_);
  return Parts::make(-Parts::coefficient(*this), scale_);
}

Decimal operator+(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale_, b.scale_);
  std::int64_t left, right, sum;
  if (Parts::align(a, b, left, right) && !__builtin_add_overflow(left, right, &sum))
    return Decimal::from_parts(sum, scale);
  return Parts::make(Parts::coefficient_at(a, scale) + Parts::coefficient_at(b, scale), scale);
}

Decimal operator-(const Decimal& a, const Decimal& b) {
  const int scale = std::max(a.scale_, b.scale_);
  std::int64_t left, right, difference;
  if (Parts::align(a, b, left, right) && !__builtin_sub_overflow(left, right, &difference))
    return Decimal::from_parts(difference, scale);
  return Parts::make(Parts::coefficient_at(a, scale) - Parts::coefficient_at(b, scale), scale);
}

Decimal operator*(const Decimal& a, const Decimal& b) {
  const int scale = a.scale_ + b.scale_;
  std::int64_t product;
  if (Parts::is_small(a) && Parts::is_small(b) &&
      !__builtin_mul_overflow(a.small_, b.small_, &product))
    return Decimal::from_parts(product, scale);
  return Parts::make(Parts::coefficient(a) * Parts::coefficient(b), scale);
}

std::optional<Decimal> Decimal::divide(const Decimal& a, const Decimal& b, int scale_max) {
  if (b.sign() == 0) return std::nullopt;
  Integer numerator = Parts::coefficient(a);
  Integer denominator = Parts::coefficient(b);
  const int shift = scale_max + b.scale_ - a.scale_;
  if (shift >= 0) {
    numerator *= power_of_ten(shift);
  } else {
    denominator *= power_of_ten(-shift);
  }
  Integer quotient, rest;
  boost::multiprecision::divide_qr(numerator, denominator, quotient, rest);
  if (boost::multiprecision::abs(rest) * 2 >= boost::multiprecision::abs(denominator))
    quotient += numerator.sign() * denominator.sign();
  return Parts::make(std::move(quotient), scale_max).normalized();
}

std::optional<Decimal> Decimal::divide_whole(const Decimal& a, const Decimal& b) {
  if (b.sign() == 0) return std::nullopt;
  std::int64_t left, right;
  if (Parts::align(a, b, left, right) &&
      !(left == std::numeric_limits<std::int64_t>::min() && right == -1))
    return Decimal(left / right);
  const int scale = std::max(a.scale_, b.scale_);
  return Parts::make(Parts::coefficient_at(a, scale) / Parts::coefficient_at(b, scale), 0);
}

std::optional<Decimal> Decimal::remainder(const Decimal& a, const Decimal& b) {
  if (b.sign() == 0) return std::nullopt;
  const int scale = std::max(a.scale_, b.scale_);
  std::int64_t left, right;
  if (Parts::align(a, b, left, right)) return from_parts(right == -1 ? 0 : left % right, scale);
  return Parts::make(Parts::coefficient_at(a, scale) % Parts::coefficient_at(b, scale), scale);
}

Decimal Decimal::round(int digits) const {
  if (digits >= scale_) return *this;
  const Integer unit = power_of_ten(scale_ - digits);
  const Integer value = Parts::coefficient(*this);
  Integer quotient, rest;
  boost::multiprecision::divide_qr(value, unit, quotient, rest);
  if (boost::multiprecision::abs(rest) * 2 >= unit) quotient += value.sign();
  if (digits < 0) return Parts::make(quotient * power_of_ten(-digits), 0);
  return Parts::make(std::move(quotient), digits);
}

Decimal Decimal::truncate() const {
  if (scale_ == 0) return *this;
  if (!big_) return Decimal(scale_ > k_small_digits ? 0 : small_ / k_powers[scale_]);
  return Parts::make(big_->coefficient / power_of_ten(scale_), 0);
}

Decimal Decimal::floor() const {
  Decimal whole = truncate();
  return sign() < 0 && !(whole == *this) ? whole - Decimal(1) : whole;
}

Decimal Decimal::ceiling() const {
  Decimal whole = truncate();
  return sign() > 0 && !(whole == *this) ? whole + Decimal(1) : whole;
}

Decimal Decimal::abs() const { return sign() < 0 ? -*this : *this; }

Decimal Decimal::normalized() const {
  if (scale_ == 0) return *this;
  if (!big_) {
    std::int64_t value = small_;
    int scale = scale_;
    while (scale > 0 && value % 10 == 0) {
      value /= 10;
      --scale;
    }
    return from_parts(value, scale);
  }
  Integer value = big_->coefficient;
  int scale = scale_;
  while (scale > 0 && value % 10 == 0) {
    value /= 10;
    --scale;
  }
  return Parts::make(std::move(value), scale);
}

bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == 0; }

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  std::int64_t left, right;
  if (Parts::align(a, b, left, right)) return left <=> right;
  const int scale = std::max(a.scale_, b.scale_);
  const int order = Parts::coefficient_at(a, scale).compare(Parts::coefficient_at(b, scale));
  return order <=> 0;
}

}  // namespace fhir
