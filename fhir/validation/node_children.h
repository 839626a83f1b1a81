// Children of a node as nodes: each with the path and the scope that it has.
#pragma once

#include <string_view>

#include "fhir/validation/walk.h"

namespace fhir::validation {

/// Calls `visit(node)` for every child of that FHIRPath name; stops on false. The nodes live for
/// the call alone.
template <class Visit>
void for_each_child_in_place(const Node& parent, std::string_view name, std::uint32_t hash,
                             Visit&& visit) {
  std::int64_t index = 0;
  for_each_child_named(parent.element, name, hash, [&](const Element& element) {
    const ElementSchema* definition = element.definition;
    Path path{parent.path, name, definition == nullptr || definition->is_array ? index : -1};
    ++index;
    if (definition != nullptr && definition->is_choice && element.type != nullptr)
      path.chosen_type = element.type->name;
    if (element.is_resource() && element.value != nullptr) {
      path.resource = element.value;
      const bool is_contained = definition != nullptr && definition->name == "contained";
      const std::string_view full_url =
          parent.element.value != nullptr ? parent.element.value->string_at("fullUrl") : "";
      Scope scope;
      scope.resource = element;
      scope.path = &path;
      scope.parent = parent.scope;
      scope.root = is_contained ? parent.scope->root : &scope;
      scope.bundle = element.type->name == "Bundle" ? &scope : parent.scope->bundle;
      scope.full_url = full_url.empty() ? parent.scope->full_url : full_url;
      return visit(Node{element, &path, &scope, &parent});
    }
    return visit(Node{element, &path, parent.scope, &parent});
  });
}

}  // namespace fhir::validation
