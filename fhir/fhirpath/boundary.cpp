// precision() and comparable(). https://hl7.org/fhirpath/#precision--integer
#include "fhir/fhirpath/functions.h"

namespace fhir::fhirpath {
namespace {

/// Digits that a value of that precision is written with.
std::int64_t digits_of(DatePrecision precision) {
  switch (precision) {
    case DatePrecision::year:
      return 4;
    case DatePrecision::month:
      return 6;
    case DatePrecision::day:
      return 8;
    case DatePrecision::hour:
      return 10;
    case DatePrecision::minute:
      return 12;
    case DatePrecision::second:
      return 14;
    case DatePrecision::millisecond:
      break;
  }
  return 17;
}

bool visit_precision(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item item;
  const Found found = evaluation.single_input(node, scope, item);
  if (found != Found::one) return found == Found::none;
  Operand value;
  if (!value.read(item)) return true;
  switch (value.kind) {
    case ItemKind::integer:
    case ItemKind::decimal:
      return sink(Item::of_integer(value.as_decimal().scale()));
    case ItemKind::date:
    case ItemKind::date_time:
      return sink(Item::of_integer(digits_of(value.date_time.precision)));
    case ItemKind::time:
      return sink(Item::of_integer(digits_of(value.time.precision) - 8));
    default:
      return true;
  }
}

Truth truth_comparable(Evaluation& evaluation, const Node& node, const Scope& scope) {
  Item a;
  Item b;
  const Found left = evaluation.single_input(node, scope, a);
  if (left == Found::failed) return Truth::failed;
  const Found right = evaluation.single(*node.arguments[0], scope, b);
  if (right == Found::failed) return Truth::failed;
  Operand x;
  Operand y;
  if (left == Found::none || right == Found::none || !x.read(a) || !y.read(b)) return Truth::empty;
  if (!x.make_quantity() || !y.make_quantity()) return Truth::no;
  return truth_of(same_unit(x, y));
}

constexpr Function k_functions[] = {
    {"precision", 0, 0, visit_precision},
    {"comparable", 1, 1, visit_truth, truth_comparable},
};

}  // namespace

std::span<const Function> boundary_functions() { return k_functions; }

}  // namespace fhir::fhirpath
