// https://hl7.org/fhirpath/N1/#existence
#include "fhir/fhirpath/functions.h"
#include "fhir/fhirpath/item_set.h"

namespace fhir::fhirpath {

bool visit_count(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  std::int64_t count = 0;
  evaluation.visit_input(node, scope, [&](const Item&) {
    ++count;
    return true;
  });
  return !evaluation.failed() && sink(Item::of_integer(count));
}

namespace {

Truth truth_empty(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return negation(evaluation.any_of_input(node, scope));
}

Truth truth_exists(Evaluation& evaluation, const Node& node, const Scope& scope) {
  if (node.arguments.empty()) return evaluation.any_of_input(node, scope);
  bool found = false;
  std::int64_t index = 0;
  evaluation.visit_input(node, scope, [&](const Item& item) {
    found = evaluation.truth(*node.arguments[0], {&item, index++, scope.total}) == Truth::yes;
    return !found && !evaluation.failed();
  });
  return evaluation.failed() ? Truth::failed : truth_of(found);
}

Truth truth_all(Evaluation& evaluation, const Node& node, const Scope& scope) {
  bool holds = true;
  std::int64_t index = 0;
  evaluation.visit_input(node, scope, [&](const Item& item) {
    holds = evaluation.truth(*node.arguments[0], {&item, index++, scope.total}) == Truth::yes;
    return holds;
  });
  return evaluation.failed() ? Truth::failed : truth_of(holds);
}

/// Whether the input, which must be booleans, has none that equals `sought`.
Truth has_none(Evaluation& evaluation, const Node& node, const Scope& scope, bool sought) {
  bool found = false;
  evaluation.visit_input(node, scope, [&](const Item& item) {
    if (!item.is_boolean())
      return evaluation.fail(std::string(node.name) + "() takes booleans alone");
    found = item.boolean() == sought;
    return !found;
  });
  return evaluation.failed() ? Truth::failed : truth_of(!found);
}

Truth truth_all_true(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return has_none(evaluation, node, scope, false);
}
Truth truth_any_true(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return negation(has_none(evaluation, node, scope, true));
}
Truth truth_all_false(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return has_none(evaluation, node, scope, true);
}
Truth truth_any_false(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return negation(has_none(evaluation, node, scope, false));
}

/// Whether each item of one is among those of the other.
template <bool is_subset>
Truth truth_within(Evaluation& evaluation, const Node& node, const Scope& scope) {
  ItemSet outer(evaluation);
  auto add = [&](const Item& item) {
    outer.insert(item);
    return !evaluation.failed();
  };
  bool holds = true;
  auto check = [&](const Item& item) {
    holds = outer.contains(item);
    return holds && !evaluation.failed();
  };
  if (is_subset) {
    evaluation.visit(*node.arguments[0], scope, add);
    if (!evaluation.failed()) evaluation.visit_input(node, scope, check);
  } else {
    evaluation.visit_input(node, scope, add);
    if (!evaluation.failed()) evaluation.visit(*node.arguments[0], scope, check);
  }
  return evaluation.failed() ? Truth::failed : truth_of(holds);
}

Truth truth_is_distinct(Evaluation& evaluation, const Node& node, const Scope& scope) {
  ItemSet seen(evaluation);
  bool is_distinct = true;
  evaluation.visit_input(node, scope, [&](const Item& item) {
    is_distinct = seen.insert(item);
    return is_distinct;
  });
  return evaluation.failed() ? Truth::failed : truth_of(is_distinct);
}

bool visit_distinct(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  ItemSet seen(evaluation);
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    return seen.insert(item) ? sink(item) : !evaluation.failed();
  });
}

Truth truth_not(Evaluation& evaluation, const Node& node, const Scope& scope) {
  if (node.input != nullptr && node.input->truth != nullptr)
    return negation(evaluation.truth(*node.input, scope));
  Item item;
  const Found found = evaluation.single_input(node, scope, item);
  if (found != Found::one) return found == Found::none ? Truth::empty : Truth::failed;
  if (item.is_boolean()) return truth_of(!item.boolean());
  const Element* element = item.element();
  if (element != nullptr && element->is_primitive() && !element->has_value()) return Truth::empty;
  return Truth::no;  // any other single item counts as true
}

constexpr Function k_functions[] = {
    {"empty", 0, 0, visit_truth, truth_empty},
    {"exists", 0, 1, visit_truth, truth_exists},
    {"all", 1, 1, visit_truth, truth_all},
    {"allTrue", 0, 0, visit_truth, truth_all_true},
    {"anyTrue", 0, 0, visit_truth, truth_any_true},
    {"allFalse", 0, 0, visit_truth, truth_all_false},
    {"anyFalse", 0, 0, visit_truth, truth_any_false},
    {"subsetOf", 1, 1, visit_truth, truth_within<true>},
    {"supersetOf", 1, 1, visit_truth, truth_within<false>},
    {"count", 0, 0, visit_count},
    {"distinct", 0, 0, visit_distinct},
    {"isDistinct", 0, 0, visit_truth, truth_is_distinct},
    {"not", 0, 0, visit_truth, truth_not},
};

}  // namespace

std::span<const Function> existence_functions() { return k_functions; }

}  // namespace fhir::fhirpath
