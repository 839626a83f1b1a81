// is, as and ofType: https://hl7.org/fhirpath/N1/#types-and-reflection
#include "fhir/fhirpath/functions.h"
#include "fhir/fhirpath/operators.h"

namespace fhir::fhirpath {
namespace {

bool is_system(const Item& item, const TypeSpecifier& type) {
  return item.kind() != ItemKind::element && item.kind() == type.system;
}

/// JSON without a definition: by the System type that it is read as.
bool is_untyped_of(const Element& element, const TypeSpecifier& type) {
  if (type.system != ItemKind::element) return untyped_kind(element) == type.system;
  return type.fhir != nullptr && system_kind(type.fhir->primitive) != ItemKind::element &&
         system_kind(type.fhir->primitive) == untyped_kind(element);
}

/// Whether a System name is asked of a FHIR primitive that converts to it.
bool is_primitive_of_system(const Item& item, const TypeSpecifier& type) {
  const Element* element = item.element();
  return element != nullptr && type.fhir == nullptr && type.system != ItemKind::element &&
         element->type != nullptr && system_kind(element->type->primitive) == type.system;
}

/// The item as `operand is Type` sees it.
///
/// deviation: the invariant que-7 of R4 asks `answer is Boolean` of a FHIR boolean, and profiles
/// write `value as String`, so the operators take a System name for the FHIR primitives that
/// convert to it; the functions is() and as() do not.
bool is_by_operator(const Item& item, const TypeSpecifier& type) {
  return is_of_type(item, type) || is_primitive_of_system(item, type);
}

Truth truth_of_single_input(Evaluation& evaluation, const Node& node, const Scope& scope,
                            bool (*test)(const Item&, const TypeSpecifier&)) {
  int count = 0;
  bool is_it = false;
  evaluation.visit_input(node, scope, [&](const Item& item) {
    is_it = test(item, node.type);
    return ++count == 1;
  });
  if (evaluation.failed()) return Truth::failed;
  if (count > 1) {
    evaluation.fail("is asks for the type of a single item, and there are several");
    return Truth::failed;
  }
  return count == 0 ? Truth::empty : truth_of(is_it);
}

Truth truth_is_function(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return truth_of_single_input(evaluation, node, scope, is_of_type);
}

/// deviation: `as` on several items filters instead of failing: search parameters and dom-3 of R4
/// use it so.
bool visit_of_type(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    return !is_exactly_of_type(item, node.type) || sink(item);
  });
}

bool visit_type(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return evaluation.visit_input(
      node, scope, [&](const Item& item) { return sink(Item::of_type(item.type_name())); });
}

constexpr Function k_functions[] = {
    {"is", 1, 1, visit_truth, truth_is_function, true},
    {"as", 1, 1, visit_of_type, nullptr, true},
    {"ofType", 1, 1, visit_of_type, nullptr, true},
    {"type", 0, 0, visit_type},
};

}  // namespace

bool is_of_type(const Item& item, const TypeSpecifier& type) {
  if (type.any) return true;
  const Element* element = item.element();
  if (element == nullptr) return is_system(item, type);
  if (element->type == nullptr) return is_untyped_of(*element, type);
  return type.fhir != nullptr && element->type->is_a(type.fhir);
}

bool is_exactly_of_type(const Item& item, const TypeSpecifier& type) {
  const Element* element = item.element();
  if (element == nullptr || type.any) return is_of_type(item, type);
  if (element->type == nullptr) return is_untyped_of(*element, type);
  if (type.fhir == nullptr) return false;
  return element->type->kind == TypeKind::primitive ? element->type == type.fhir
                                                    : element->type->is_a(type.fhir);
}

namespace operators {

Truth truth_is(Evaluation& evaluation, const Node& node, const Scope& scope) {
  return truth_of_single_input(evaluation, node, scope, is_by_operator);
}

bool visit_as(Evaluation& evaluation, const Node& node, const Scope& scope, Sink sink) {
  return evaluation.visit_input(node, scope, [&](const Item& item) {
    const bool is_it =
        is_exactly_of_type(item, node.type) || is_primitive_of_system(item, node.type);
    return !is_it || sink(item);
  });
}

}  // namespace operators

std::span<const Function> type_functions() { return k_functions; }

}  // namespace fhir::fhirpath
