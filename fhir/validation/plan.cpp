// Lays out the plans: every type that the store lists and every backbone below it.
#include "fhir/validation/plan.h"

#include <algorithm>

namespace fhir::validation {
namespace {

/// ele-1, ref-1, dom-3, txt-1 and txt-2: the walk itself judges them, for every element of their
/// kind.
bool is_judged_by_walk(const Constraint& constraint) {
  return constraint.expression == k_has_content || constraint.expression == k_is_contained_here ||
         constraint.expression == k_is_referred_to || constraint.expression == k_html_checks;
}

Special special_of(const TypeSchema& type) {
  if (type.name == "Reference") return Special::reference;
  if (type.name == "Extension") return Special::extension;
  if (type.name == "Coding") return Special::coding;
  for (const TypeSchema* at = &type; at != nullptr; at = at->base) {
    if (at->name == "Quantity") return Special::quantity;
  }
  if (type.name == "Identifier") return Special::identifier;
  if (type.name == "ValueSet.compose.include") return Special::included_codes;
  if (type.name == "Bundle") return Special::bundle;
  if (type.name == "Attachment") return Special::attachment;
  return Special::none;
}

bool contains(const std::vector<const Constraint*>& constraints, const Constraint& wanted) {
  return std::any_of(constraints.begin(), constraints.end(), [&](const Constraint* constraint) {
    return constraint->index == wanted.index && constraint->key == wanted.key;
  });
}

}  // namespace

Plans::Plans(const DefinitionStore& definitions) {
  for (const TypeSchema* type : definitions.types()) add(type);
  while (!unfilled_.empty()) {
    TypePlan* plan = unfilled_.back();
    unfilled_.pop_back();
    fill(*plan);
  }
}

const TypePlan* Plans::of(const TypeSchema* type) const {
  const auto found = plans_.find(type);
  return found != plans_.end() ? found->second.get() : nullptr;
}

TypePlan* Plans::add(const TypeSchema* type) {
  if (type == nullptr) return nullptr;
  auto& plan = plans_[type];
  if (plan == nullptr) {
    plan = std::make_unique<TypePlan>();
    plan->type = type;
    for (const Constraint* constraint : type->constraints) {
      if (is_judged_by_walk(*constraint)) continue;
      if (!contains(plan->constraints, *constraint)) plan->constraints.push_back(constraint);
    }
    unfilled_.push_back(plan.get());
  }
  return plan.get();
}

void Plans::fill(TypePlan& plan) {
  const TypeSchema& type = *plan.type;
  plan.special = special_of(type);
  plan.needs_content = type.kind != TypeKind::resource;
  plan.is_any_resource = type.kind == TypeKind::resource && type.is_abstract;
  if (type.kind == TypeKind::resource) plan.rule = rule_for(type.name);
  plan.elements.resize(type.elements.size());
  for (const ElementSchema& element : type.elements) {
    ElementPlan& child = plan.elements[element.index];
    child.element = &element;
    child.is_extension = element.name == "extension";
    child.is_modifier_extension = element.name == "modifierExtension";
    child.is_contained = type.kind == TypeKind::resource && element.name == "contained";
    if (element.min > 0 && type.kind != TypeKind::primitive) plan.required.insert(element.index);
    child.types.reserve(element.types.size());
    for (const TypeRef& allowed : element.types) child.types.push_back(add(allowed.type));
    for (const Constraint* constraint : element.constraints) {
      const bool in_type = std::any_of(
          child.types.begin(), child.types.end(),
          [&](const TypePlan* t) { return t != nullptr && contains(t->constraints, *constraint); });
      if (!in_type && !is_judged_by_walk(*constraint)) child.constraints.push_back(constraint);
    }
  }
}

}  // namespace fhir::validation
