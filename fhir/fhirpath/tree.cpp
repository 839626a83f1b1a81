// https://hl7.org/fhirpath/N1/#tree-navigation
#include "fhir/fhirpath/functions.h"

namespace fhir::fhirpath {
namespace {

bool visit_children_of(Evaluation& evaluation, const Item& item, Sink sink) {
  const Element* element = item.element();
  if (element == nullptr) return true;
  bool go_on = true;
  for_each_child(*element, [&](std::string_view, const Element& child) {
    go_on = evaluation.spend() && sink(Item(child));
    return go_on;
  });
  return go_on;
}

/// In the order of the document; as deep as the reader lets a document be.
bool visit_descendants_of(Evaluation& evaluation, const Element& element, const Sink& sink) {
  if (!evaluation.has_stack()) return false;
  bool go_on = true;
  for_each_child(element, [&](std::string_view, const Element& child) {
    go_on =
        evaluation.spend() && sink(Item(child)) && visit_descendants_of(evaluation, child, sink);
    return go_on;
  });
  return go_on;
}

bool visit_children(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return evaluation.visit_input(
      node, scope, [&](const Item& item) { return visit_children_of(evaluation, item, sink); });
}

bool visit_descendants(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    const Element* element = item.element();
    return element == nullptr || visit_descendants_of(evaluation, *element, sink);
  });
}

constexpr Function k_functions[] = {
    {"children", 0, 0, visit_children},
    {"descendants", 0, 0, visit_descendants},
};

}  // namespace

std::span<const Function> tree_functions() { return k_functions; }

}  // namespace fhir::fhirpath
