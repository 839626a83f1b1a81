// https://hl7.org/fhirpath/N1/#math
#include <array>
#include <charconv>
#include <cmath>

#include "fhir/fhirpath/functions.h"

namespace fhir::fhirpath {
namespace {

using Answer = std::optional<Item>;

Answer of_integral(const Decimal& value) {
  const auto integer = value.to_int64();
  return integer ? Item::of_integer(*integer) : Item::of_decimal(value);
}

/// What floating point can tell: fifteen digits. Nothing for infinities and what is no number.
Answer of_double(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                 std::chars_format::scientific, 14)
                       .ptr;
  const auto parsed =
      Decimal::parse({digits.data(), static_cast<std::size_t>(end - digits.data())});
  if (!parsed) return std::nullopt;
  return Item::of_decimal(parsed->normalized());
}

bool is_small_enough(Evaluation& evaluation, const Decimal& value) {
  return value.digit_count() <= k_decimal_digits_max ||
         evaluation.fail(IssueType::too_costly, "A number has too many digits");
}

/// A single number (or quantity, whose unit is kept) through an operation on its value.
template <class Operation>
bool visit_number(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink,
                  Operation operation) {
  Item item;
  const Found found = evaluation.single_input(node, scope, item);
  if (found != Found::one) return found == Found::none;
  Operand value;
  if (!value.read(item)) return true;
  if (value.kind == ItemKind::quantity) {
    const Answer answer = operation(value.decimal);
    if (!answer) return true;
    Operand number;
    number.read(*answer);
    return sink(
        Item::of_quantity({number.as_decimal(), std::string(value.text), value.is_calendar}));
  }
  if (!value.is_number()) return evaluation.fail(std::string(node.name) + "() takes a number");
  const Answer answer = operation(value.as_decimal());
  return !evaluation.failed() && (!answer || sink(*answer));
}

bool visit_abs(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return visit_number(evaluation, node, scope, sink, [&](const Decimal& value) {
    return value.scale() == 0 ? of_integral(value.abs()) : Item::of_decimal(value.abs());
  });
}

bool visit_ceiling(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return visit_number(evaluation, node, scope, sink,
                      [](const Decimal& value) { return of_integral(value.ceiling()); });
}

bool visit_floor(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return visit_number(evaluation, node, scope, sink,
                      [](const Decimal& value) { return of_integral(value.floor()); });
}

bool visit_truncate(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return visit_number(evaluation, node, scope, sink,
                      [](const Decimal& value) { return of_integral(value.truncate()); });
}

bool visit_round(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  std::int64_t digits = 0;
  if (!node.arguments.empty()) {
    const Found found = evaluation.integer(*node.arguments[0], scope, digits);
    if (found != Found::one) return found == Found::none;
    if (digits < 0) return evaluation.fail("round() takes no negative precision");
  }
  return visit_number(evaluation, node, scope, sink, [&](const Decimal& value) -> Answer {
    if (digits > value.scale()) return Item::of_decimal(value);
    const Decimal rounded = value.round(static_cast<int>(digits));
    return digits == 0 ? of_integral(rounded) : Item::of_decimal(rounded);
  });
}

bool visit_exp(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return visit_number(evaluation, node, scope, sink,
                      [](const Decimal& value) { return of_double(std::exp(value.to_double())); });
}

bool visit_ln(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return visit_number(evaluation, node, scope, sink, [](const Decimal& value) {
    return value.sign() > 0 ? of_double(std::log(value.to_double())) : Answer();
  });
}

bool visit_sqrt(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return visit_number(evaluation, node, scope, sink, [](const Decimal& value) {
    return value.sign() >= 0 ? of_double(std::sqrt(value.to_double())) : Answer();
  });
}

/// The argument as a number; one that is none fails.
Found number_argument(Evaluation& evaluation, const Node& node, const Scope& scope, Decimal& out) {
  Item item;
  const Found found = evaluation.single(*node.arguments[0], scope, item);
  if (found != Found::one) return found;
  Operand value;
  if (!value.read(item)) return Found::none;
  if (!value.is_number()) {
    evaluation.fail(std::string(node.name) + "() takes a number");
    return Found::failed;
  }
  out = value.as_decimal();
  return Found::one;
}

bool visit_log(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Decimal base;
  const Found found = number_argument(evaluation, node, scope, base);
  if (found != Found::one) return found == Found::none;
  return visit_number(evaluation, node, scope, sink, [&](const Decimal& value) {
    if (value.sign() <= 0 || base.sign() <= 0 || base == Decimal(1)) return Answer();
    return of_double(std::log(value.to_double()) / std::log(base.to_double()));
  });
}

/// Exact for whole exponents, as far as the digits stay within the limit.
bool visit_power(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Decimal exponent;
  const Found found = number_argument(evaluation, node, scope, exponent);
  if (found != Found::one) return found == Found::none;
  return visit_number(evaluation, node, scope, sink, [&](const Decimal& value) -> Answer {
    const auto whole = exponent.to_int64();
    constexpr std::int64_t k_exact_max = 4096;
    if (!whole || *whole < 0 || *whole > k_exact_max)
      return of_double(std::pow(value.to_double(), exponent.to_double()));
    Decimal result(1);
    Decimal square = value;
    for (std::int64_t rest = *whole; rest != 0; rest /= 2) {
      if (rest % 2 == 1) result = result * square;
      if (rest > 1) square = square * square;
      if (!is_small_enough(evaluation, result) || !is_small_enough(evaluation, square))
        return std::nullopt;
    }
    return value.scale() == 0 ? of_integral(result) : Item::of_decimal(result);
  });
}

constexpr Function k_functions[] = {
    {"abs", 0, 0, visit_abs},     {"ceiling", 0, 0, visit_ceiling},
    {"exp", 0, 0, visit_exp},     {"floor", 0, 0, visit_floor},
    {"ln", 0, 0, visit_ln},       {"log", 1, 1, visit_log},
    {"power", 1, 1, visit_power}, {"round", 0, 1, visit_round},
    {"sqrt", 0, 0, visit_sqrt},   {"truncate", 0, 0, visit_truncate},
};

}  // namespace

std::span<const Function> math_functions() { return k_functions; }

}  // namespace fhir::fhirpath
