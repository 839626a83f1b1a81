// https://hl7.org/fhirpath/N1/#combining
#include "fhir/fhirpath/functions.h"
#include "fhir/fhirpath/item_set.h"

namespace fhir::fhirpath {
namespace {

bool visit_union_function(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  ItemSet seen(evaluation);
  auto pass_new = [&](const Item& item) {
    return seen.insert(item) ? sink(item) : !evaluation.failed();
  };
  return evaluation.visit_input(node, scope, pass_new) &&
         evaluation.visit(*node.arguments[0], scope, pass_new);
}

/// The order is kept whether `preserveOrder` asks for it or not.
bool visit_combine(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return evaluation.visit_input(node, scope, sink) &&
         evaluation.visit(*node.arguments[0], scope, sink);
}

/// The first argument that yields something.
bool visit_coalesce(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  for (const Node* argument : node.arguments) {
    Collection items;
    if (!evaluation.collect(*argument, scope, items)) return false;
    for (const Item& item : items) {
      if (!sink(item)) return false;
    }
    if (!items.empty()) return true;
  }
  return true;
}

constexpr Function k_functions[] = {
    {"union", 1, 1, visit_union_function},
    {"combine", 1, 2, visit_combine},
    {"coalesce", 1, 32, visit_coalesce},
};

}  // namespace

std::span<const Function> combining_functions() { return k_functions; }

}  // namespace fhir::fhirpath
