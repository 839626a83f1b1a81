// < <= > >=, and the comparison of counts that stops early. https://hl7.org/fhirpath/N1/#comparison
#include "fhir/fhirpath/functions.h"
#include "fhir/fhirpath/operators.h"

namespace fhir::fhirpath {
namespace {

enum class Relation : std::uint8_t { less, less_or_equal, greater, greater_or_equal };

template <class Order>
bool holds(Relation relation, Order order) {
  switch (relation) {
    case Relation::less:
      return order < 0;
    case Relation::less_or_equal:
      return order <= 0;
    case Relation::greater:
      return order > 0;
    case Relation::greater_or_equal:
      return order >= 0;
  }
  return false;
}

template <Relation relation>
Truth compare(Evaluation& evaluation, const Node& node, const Scope& scope) {
  Item a;
  Item b;
  const Found left = evaluation.single(*node.arguments[0], scope, a);
  if (left == Found::failed) return Truth::failed;
  const Found right = evaluation.single(*node.arguments[1], scope, b);
  if (right == Found::failed) return Truth::failed;
  if (left == Found::none || right == Found::none) return Truth::empty;
  const auto order = compare_items(evaluation, a, b);
  if (evaluation.failed()) return Truth::failed;
  return order ? truth_of(holds(relation, *order)) : Truth::empty;
}

/// `path.count() > n`: the path is followed no further than decides it.
template <Relation relation>
Truth compare_count(Evaluation& evaluation, const Node& node, const Scope& scope) {
  std::int64_t limit = 0;
  const Found found = evaluation.integer(*node.arguments[1], scope, limit);
  if (found != Found::one) return found == Found::none ? Truth::empty : Truth::failed;
  std::int64_t count = 0;
  evaluation.visit_input(*node.arguments[0], scope, [&](const Item&) { return ++count <= limit; });
  return evaluation.failed() ? Truth::failed : truth_of(holds(relation, count <=> limit));
}

bool is_date(const Operand& operand) {
  return operand.kind == ItemKind::date || operand.kind == ItemKind::date_time;
}

}  // namespace

std::optional<std::strong_ordering> compare_items(Evaluation& evaluation, const Item& a,
                                                  const Item& b) {
  Operand x;
  Operand y;
  if (!x.read(a) || !y.read(b)) return std::nullopt;
  if (x.is_number() && y.is_number()) {
    if (x.kind == y.kind && x.kind == ItemKind::integer) return x.integer <=> y.integer;
    return x.as_decimal() <=> y.as_decimal();
  }
  if (is_date(x) && is_date(y))
    return DateTime::compare(x.date_time, y.date_time, evaluation.environment().offset_minutes);
  if ((x.kind == ItemKind::quantity && y.is_number()) ||
      (y.kind == ItemKind::quantity && x.is_number())) {
    x.make_quantity();
    y.make_quantity();
  }
  if (x.kind == y.kind) {
    if (x.kind == ItemKind::string) return x.text.compare(y.text) <=> 0;
    if (x.kind == ItemKind::time) return TimeOfDay::compare(x.time, y.time);
    if (x.kind == ItemKind::quantity) {
      if (!same_unit(evaluation.environment().units, x, y)) return std::nullopt;
      return x.decimal <=> y.decimal;
    }
  }
  // A complex element that is a quantity without a value has no order, but is no mistake.
  if ((x.kind == ItemKind::element && is_fhir_quantity(a.element()->type)) ||
      (y.kind == ItemKind::element && is_fhir_quantity(b.element()->type)))
    return std::nullopt;
  evaluation.fail("Values of these types have no order: " + std::string(a.type_name().name) +
                  " and " + std::string(b.type_name().name));
  return std::nullopt;
}

namespace operators {

Truth truth_less(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return compare<Relation::less>(evaluation, node, scope);
}

Truth truth_less_or_equal(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return compare<Relation::less_or_equal>(evaluation, node, scope);
}

Truth truth_greater(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return compare<Relation::greater>(evaluation, node, scope);
}

Truth truth_greater_or_equal(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return compare<Relation::greater_or_equal>(evaluation, node, scope);
}

}  // namespace operators

void specialize_comparison(Node& node) {
  if (node.arguments.size() != 2 || node.arguments[0]->visit != visit_count) return;
  if (node.truth == operators::truth_less) {
    node.truth = compare_count<Relation::less>;
  } else if (node.truth == operators::truth_less_or_equal) {
    node.truth = compare_count<Relation::less_or_equal>;
  } else if (node.truth == operators::truth_greater) {
    node.truth = compare_count<Relation::greater>;
  } else if (node.truth == operators::truth_greater_or_equal) {
    node.truth = compare_count<Relation::greater_or_equal>;
  }
}

}  // namespace fhir::fhirpath
