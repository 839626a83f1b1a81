// Paths and terms: https://hl7.org/fhirpath/N1/#path-selection
#include "fhir/fhirpath/item_set.h"
#include "fhir/fhirpath/operators.h"

namespace fhir::fhirpath {
namespace {

/// Children of values that are no elements: what type() yields, and quantities.
bool visit_value_child(const Item& item, std::string_view name, Sink sink) {
  if (item.kind() == ItemKind::type) {
    if (name == "namespace") return sink(Item::of_constant(item.type_value().name_space));
    if (name == "name") return sink(Item::of_constant(item.type_value().name));
  } else if (item.kind() == ItemKind::quantity) {
    if (name == "value") return sink(Item::of_decimal(item.quantity().value));
    if (name == "unit") return sink(Item::part_of(item, item.quantity().unit));
  }
  return true;
}

bool visit_element(const Element& element, Sink sink) {
  return (element.value == nullptr && element.sibling == nullptr) || sink(Item(element));
}

}  // namespace

bool visit_truth(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  switch (node.truth(evaluation, node, scope)) {
    case Truth::no:
      return sink(Item::of_boolean(false));
    case Truth::yes:
      return sink(Item::of_boolean(true));
    case Truth::empty:
      return true;
    case Truth::failed:
      break;
  }
  return false;
}

namespace operators {

bool visit_this(Evaluation&, const Node&, const Scope& scope, Sink sink) {
  return sink(*scope.self);
}

bool visit_index(Evaluation&, const Node&, const Scope& scope, Sink sink) {
  return scope.index < 0 || sink(Item::of_integer(scope.index));
}

bool visit_total(Evaluation&, const Node&, const Scope& scope, Sink sink) {
  if (scope.total == nullptr) return true;
  for (const Item& item : *scope.total) {
    if (!sink(item)) return false;
  }
  return true;
}

bool visit_constant(Evaluation&, const Node& node, const Scope&, Sink sink) {
  for (const Item& item : node.constant) {
    if (!sink(item)) return false;
  }
  return true;
}

bool visit_child(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    const Element* element = item.element();
    if (element == nullptr) return visit_value_child(item, node.name, sink);
    bool go_on = true;
    for_each_child_named(*element, node.name, node.hash, [&](const Element& child) {
      go_on = sink(Item(child));
      return go_on;
    });
    return go_on && evaluation.spend();
  });
}

/// `value`, which is also the System value of a FHIR primitive.
bool visit_value(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    const Element* element = item.element();
    if (element == nullptr) return visit_value_child(item, node.name, sink);
    bool go_on = true;
    if (element->is_primitive()) {
      const auto value = element->has_value() ? to_system(item) : std::nullopt;
      return (!value || sink(*value)) && evaluation.spend();
    }
    for_each_child_named(*element, node.name, node.hash, [&](const Element& child) {
      go_on = sink(Item(child));
      return go_on;
    });
    return go_on && evaluation.spend();
  });
}

/// A path that begins with a type's name goes on from a context of that type, and is empty
/// otherwise.
bool visit_root_type(Evaluation&, const Node& node, const Scope& scope, Sink sink) {
  const Element* element = scope.self->element();
  if (element == nullptr || element->type == nullptr || !element->type->is_a(node.type.fhir))
    return true;
  return sink(*scope.self);
}

bool visit_indexer(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  std::int64_t wanted = 0;
  if (evaluation.integer(*node.arguments[0], scope, wanted) != Found::one)
    return !evaluation.failed();
  std::int64_t at = 0;
  bool go_on = true;
  evaluation.visit_input(node, scope, [&](const Item& item) {
    if (at++ != wanted) return true;
    go_on = sink(item);
    return false;
  });
  return go_on && !evaluation.failed();
}

bool visit_context(Evaluation& evaluation, const Node&, const Scope&, Sink sink) {
  return sink(evaluation.context());
}

bool visit_resource(Evaluation& evaluation, const Node&, const Scope&, Sink sink) {
  return visit_element(evaluation.environment().resource, sink);
}

bool visit_root_resource(Evaluation& evaluation, const Node&, const Scope&, Sink sink) {
  const Environment& environment = evaluation.environment();
  const bool has_root = environment.root_resource.value != nullptr;
  return visit_element(has_root ? environment.root_resource : environment.resource, sink);
}

bool visit_variable(Evaluation& evaluation, const Node& node, const Scope&, Sink sink) {
  const Collection items = evaluation.variable(node.slot);
  for (const Item& item : items) {
    if (!sink(item)) return false;
  }
  return true;
}

bool visit_external(Evaluation& evaluation, const Node& node, const Scope&, Sink sink) {
  for (const Variable& variable : evaluation.environment().variables) {
    if (variable.name != node.name) continue;
    for (const Item& item : variable.items) {
      if (!sink(item)) return false;
    }
    return true;
  }
  return evaluation.fail("The constant %" + std::string(node.name) + " is not known");
}

bool visit_union(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  ItemSet seen(evaluation);
  for (const Node* part : node.arguments) {
    const bool go_on = evaluation.visit(*part, scope, [&](const Item& item) {
      return seen.insert(item) ? sink(item) : !evaluation.failed();
    });
    if (!go_on) return false;
  }
  return true;
}

}  // namespace operators
}  // namespace fhir::fhirpath
