// + - * / div mod & and the signs. https://hl7.org/fhirpath/N1/#math-2
#include "fhir/fhirpath/date_arithmetic.h"
#include "fhir/fhirpath/operators.h"

namespace fhir::fhirpath {
namespace {

/// A result, or nothing (which is the empty collection, or a failure the evaluation holds).
using Answer = std::optional<Item>;

constexpr std::size_t k_unit_bytes_max = 1000;

bool is_within_limits(Evaluation& evaluation, const Decimal& value) {
  return (value.digit_count() <= k_decimal_digits_max && value.scale() <= k_decimal_digits_max) ||
         evaluation.fail(IssueType::too_costly, "A number has too many digits");
}

Answer number(Evaluation& evaluation, Decimal value) {
  if (!is_within_limits(evaluation, value)) return std::nullopt;
  return Item::of_decimal(std::move(value));
}

Answer quantity(Evaluation& evaluation, Quantity result) {
  if (!is_within_limits(evaluation, result.value)) return std::nullopt;
  if (result.unit.size() > k_unit_bytes_max) {
    evaluation.fail(IssueType::too_costly, "A unit is too long");
    return std::nullopt;
  }
  return Item::of_quantity(std::move(result));
}

Answer mismatch(Evaluation& evaluation, const Node& node, const Item& a, const Item& b) {
  evaluation.fail("The operator " + std::string(node.name) + " does not take " +
                  std::string(a.type_name().name) + " and " + std::string(b.type_name().name));
  return std::nullopt;
}

bool is_time_valued(const Operand& operand) {
  return operand.kind == ItemKind::date || operand.kind == ItemKind::date_time ||
         operand.kind == ItemKind::time;
}

using Operation = Answer (*)(Evaluation&, const Node&, const Item&, const Item&, Operand&,
                             Operand&);

/// Both operands single, or the result is empty.
bool visit_binary(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink,
                  Operation operation) {
  Item a;
  Item b;
  const Found left = evaluation.single(*node.arguments[0], scope, a);
  if (left == Found::failed) return false;
  const Found right = evaluation.single(*node.arguments[1], scope, b);
  if (right == Found::failed) return false;
  if (left == Found::none || right == Found::none) return true;
  Operand x;
  Operand y;
  if (!x.read(a) || !y.read(b)) return true;
  const Answer answer = operation(evaluation, node, a, b, x, y);
  return !evaluation.failed() && (!answer || sink(*answer));
}

template <bool is_minus>
Answer add(Evaluation& evaluation, const Node& node, const Item& a, const Item& b, Operand& x,
           Operand& y) {
  if (x.kind == ItemKind::integer && y.kind == ItemKind::integer) {
    std::int64_t sum = 0;
    const bool overflows = is_minus ? __builtin_sub_overflow(x.integer, y.integer, &sum)
                                    : __builtin_add_overflow(x.integer, y.integer, &sum);
    return overflows ? Answer() : Item::of_integer(sum);
  }
  if (x.is_number() && y.is_number()) {
    const Decimal left = x.as_decimal();
    const Decimal right = y.as_decimal();
    return number(evaluation, is_minus ? left - right : left + right);
  }
  if (!is_minus && x.kind == ItemKind::string && y.kind == ItemKind::string)
    return evaluation.spend_bytes(x.text.size() + y.text.size())
               ? Answer(Item::of_string(std::string(x.text).append(y.text)))
               : Answer();
  if (is_time_valued(x) && y.kind == ItemKind::quantity)
    return add_duration(evaluation, x, is_minus ? -y.decimal : y.decimal, y);
  if (x.kind == ItemKind::quantity && y.kind == ItemKind::quantity) {
    // "The unit of the result will be the most granular unit of either input."
    if (!same_unit(evaluation.environment().units, x, y)) return std::nullopt;
    return quantity(evaluation, {is_minus ? x.decimal - y.decimal : x.decimal + y.decimal,
                                 std::string(x.text), x.is_calendar});
  }
  return mismatch(evaluation, node, a, b);
}

Answer multiply(Evaluation& evaluation, const Node& node, const Item& a, const Item& b, Operand& x,
                Operand& y) {
  if (x.kind == ItemKind::integer && y.kind == ItemKind::integer) {
    std::int64_t product = 0;
    return __builtin_mul_overflow(x.integer, y.integer, &product) ? Answer()
                                                                  : Item::of_integer(product);
  }
  if (x.is_number() && y.is_number()) return number(evaluation, x.as_decimal() * y.as_decimal());
  if (x.make_quantity() && y.make_quantity()) {
    auto result = product(evaluation.environment().units, x, y);
    return result ? quantity(evaluation, *std::move(result)) : Answer();
  }
  return mismatch(evaluation, node, a, b);
}

Answer divide(Evaluation& evaluation, const Node& node, const Item& a, const Item& b, Operand& x,
              Operand& y) {
  if (x.is_number() && y.is_number()) {
    auto value = Decimal::divide(x.as_decimal(), y.as_decimal());
    return value ? number(evaluation, *std::move(value)) : Answer();
  }
  if (!x.make_quantity() || !y.make_quantity()) return mismatch(evaluation, node, a, b);
  auto result = quotient(evaluation.environment().units, x, y);
  return result ? quantity(evaluation, *std::move(result)) : Answer();
}

template <bool is_remainder>
Answer divide_whole(Evaluation& evaluation, const Node& node, const Item& a, const Item& b,
                    Operand& x, Operand& y) {
  if (!x.is_number() || !y.is_number()) return mismatch(evaluation, node, a, b);
  const Decimal left = x.as_decimal();
  const Decimal right = y.as_decimal();
  const bool is_integer = x.kind == ItemKind::integer && y.kind == ItemKind::integer;
  auto result = is_remainder ? Decimal::remainder(left, right) : Decimal::divide_whole(left, right);
  if (!result) return std::nullopt;
  if (is_integer || !is_remainder) {
    const auto integer = result->to_int64();
    return integer ? Answer(Item::of_integer(*integer)) : Answer();
  }
  return Item::of_decimal(*std::move(result));
}

}  // namespace

namespace operators {

bool visit_negate(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item item;
  const Found found = evaluation.single(*node.arguments[0], scope, item);
  if (found != Found::one) return found == Found::none;
  Operand value;
  if (!value.read(item)) return true;
  const bool is_minus = node.slot != 0;
  switch (value.kind) {
    case ItemKind::integer:
      if (is_minus && value.integer == std::numeric_limits<std::int64_t>::min()) return true;
      return sink(Item::of_integer(is_minus ? -value.integer : value.integer));
    case ItemKind::decimal:
      return sink(Item::of_decimal(is_minus ? -value.decimal : value.decimal));
    case ItemKind::quantity:
      return sink(Item::of_quantity(
          {is_minus ? -value.decimal : value.decimal, std::string(value.text), value.is_calendar}));
    default:
      return evaluation.fail("A sign stands before what is no number");
  }
}

bool visit_plus(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return visit_binary(evaluation, node, scope, sink, add<false>);
}

bool visit_minus(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return visit_binary(evaluation, node, scope, sink, add<true>);
}

bool visit_times(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return visit_binary(evaluation, node, scope, sink, multiply);
}

bool visit_divide(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return visit_binary(evaluation, node, scope, sink, divide);
}

bool visit_div(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return visit_binary(evaluation, node, scope, sink, divide_whole<false>);
}

bool visit_mod(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return visit_binary(evaluation, node, scope, sink, divide_whole<true>);
}

/// & takes an empty operand for an empty string.
bool visit_concatenate(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  std::string text;
  for (const Node* part : node.arguments) {
    Item keep;
    std::string_view piece;
    const Found found = evaluation.string(*part, scope, keep, piece);
    if (found == Found::failed || !evaluation.spend_bytes(piece.size())) return false;
    text.append(piece);
  }
  return sink(Item::of_string(std::move(text)));
}

}  // namespace operators
}  // namespace fhir::fhirpath
