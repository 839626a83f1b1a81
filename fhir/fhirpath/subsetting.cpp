// https://hl7.org/fhirpath/N1/#subsetting
#include "fhir/fhirpath/functions.h"
#include "fhir/fhirpath/item_set.h"

namespace fhir::fhirpath {
namespace {

bool visit_single(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  Item item;
  const Found found = evaluation.single_input(node, scope, item);
  return found == Found::none || (found == Found::one && sink(item));
}

bool visit_first(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  bool go_on = true;
  evaluation.visit_input(node, scope, [&](const Item& item) {
    go_on = sink(item);
    return false;
  });
  return go_on && !evaluation.failed();
}

bool visit_last(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  std::optional<Item> last;
  evaluation.visit_input(node, scope, [&](const Item& item) {
    last = item;
    return true;
  });
  return !evaluation.failed() && (!last || sink(*last));
}

bool skip(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink,
          std::int64_t count) {
  std::int64_t at = 0;
  return evaluation.visit_input(node, scope,
                                [&](const Item& item) { return at++ < count || sink(item); });
}

bool visit_tail(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return skip(evaluation, node, scope, sink, 1);
}

bool visit_skip(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  std::int64_t count = 0;
  if (evaluation.integer(*node.arguments[0], scope, count) == Found::failed) return false;
  return skip(evaluation, node, scope, sink, count);
}

bool visit_take(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  std::int64_t count = 0;
  if (evaluation.integer(*node.arguments[0], scope, count) == Found::failed) return false;
  if (count <= 0) return true;
  bool go_on = true;
  evaluation.visit_input(node, scope, [&](const Item& item) {
    go_on = sink(item);
    return go_on && --count > 0;
  });
  return go_on && !evaluation.failed();
}

bool collect_set(Evaluation& evaluation, const Node& node, const Scope& scope, ItemSet& set) {
  evaluation.visit(node, scope, [&](const Item& item) {
    set.insert(item);
    return !evaluation.failed();
  });
  return !evaluation.failed();
}

bool visit_intersect(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  ItemSet other(evaluation);
  ItemSet seen(evaluation);
  if (!collect_set(evaluation, *node.arguments[0], scope, other)) return false;
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    if (other.contains(item) && seen.insert(item)) return sink(item);
    return !evaluation.failed();
  });
}

bool visit_exclude(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  ItemSet other(evaluation);
  if (!collect_set(evaluation, *node.arguments[0], scope, other)) return false;
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    if (other.contains(item)) return true;
    return !evaluation.failed() && sink(item);
  });
}

constexpr Function k_functions[] = {
    {"single", 0, 0, visit_single},       {"first", 0, 0, visit_first},
    {"last", 0, 0, visit_last},           {"tail", 0, 0, visit_tail},
    {"skip", 1, 1, visit_skip},           {"take", 1, 1, visit_take},
    {"intersect", 1, 1, visit_intersect}, {"exclude", 1, 1, visit_exclude},
};

}  // namespace

std::span<const Function> subsetting_functions() { return k_functions; }

}  // namespace fhir::fhirpath
