// A node of a resource with its definition: what FHIRPath, validation, search and patch walk on.
// A plain value of four pointers; it lives no longer than the document and the definitions.
#pragma once

#include <string_view>

#include "fhir/definitions/definition_store.h"
#include "fhir/definitions/schema.h"
#include "fhir/formats/json_value.h"

namespace fhir {

/// A primitive and its `_name` sibling are one element
/// (https://hl7.org/fhir/R4/json.html#primitive).
struct Element {
  const json::Value* value = nullptr;         // null when only the sibling is there
  const json::Value* sibling = nullptr;       // object with id and extension of a primitive
  const ElementSchema* definition = nullptr;  // null at the root of a resource
  const TypeSchema* type = nullptr;           // concrete type; null when it is unknown

  bool is_resource() const { return type != nullptr && type->kind == TypeKind::resource; }
  bool is_primitive() const { return type != nullptr && type->kind == TypeKind::primitive; }
  /// A primitive's characters, or a number's digits; empty when it has none.
  std::string_view text() const {
    return value != nullptr && !value->is_null() ? value->text() : std::string_view{};
  }
  /// Whether a primitive has a value, not extensions alone.
  bool has_value() const { return value != nullptr && !value->is_null(); }
  /// Offset in the source of whatever is there.
  std::uint32_t offset() const {
    return value != nullptr ? value->offset() : sibling != nullptr ? sibling->offset() : 0;
  }
};

/// The root of a resource. Its type is null when resourceType is absent or unknown.
Element root_element(const json::Value& resource, const DefinitionStore& definitions);

/// The type that stands in `object` where the definition allows any resource; null when unknown.
const TypeSchema* resource_type_of(const json::Value& object, const DefinitionStore& definitions);

namespace detail {

/// The concrete type of one item: the declared one, or for `Resource` what resourceType says.
const TypeSchema* concrete_type(const TypeRef* type, const json::Value* value);

/// Calls `visit(child)` for each item of a member and its sibling; false when a visit said stop.
template <class Visit>
bool visit_items(const json::Value* value, const json::Value* sibling,
                 const ElementSchema* definition, const TypeRef* type, Visit&& visit) {
  const bool is_array = (value != nullptr && value->is_array()) ||
                        (value == nullptr && sibling != nullptr && sibling->is_array());
  if (!is_array) {
    if (sibling != nullptr && !sibling->is_object()) sibling = nullptr;
    if (value != nullptr && value->is_null()) value = nullptr;
    if (value == nullptr && sibling == nullptr) return true;
    return visit(Element{value, sibling, definition, concrete_type(type, value)});
  }
  auto values = value != nullptr ? value->items() : std::span<const json::Value>{};
  auto siblings = sibling != nullptr ? sibling->items() : std::span<const json::Value>{};
  const std::size_t count = values.size() > siblings.size() ? values.size() : siblings.size();
  for (std::size_t i = 0; i < count; ++i) {
    const json::Value* item = i < values.size() && !values[i].is_null() ? &values[i] : nullptr;
    const json::Value* extra =
        i < siblings.size() && siblings[i].is_object() ? &siblings[i] : nullptr;
    if (item == nullptr && extra == nullptr) continue;
    if (!visit(Element{item, extra, definition, concrete_type(type, item)})) return false;
  }
  return true;
}

}  // namespace detail

/// Calls `visit(name, child)` for every child, in the order of the source, arrays item by item.
/// `name` is FHIRPath's (`value` for valueQuantity). Stops when a visit returns false. Members that
/// the type does not know come with a null definition and their JSON name; `resourceType` and JSON
/// names of siblings do not come. Children of a primitive are its id and extensions.
template <class Visit>
void for_each_child(const Element& element, Visit&& visit) {
  const json::Value* object = element.value;
  if (object == nullptr || !object->is_object()) object = element.sibling;
  if (object == nullptr || !object->is_object()) return;
  const TypeSchema* type = element.type;
  for (const json::Member& member : object->members()) {
    const json::Value* value = &member.value;
    const json::Value* sibling = nullptr;
    std::string_view name = member.name();
    if (member.is_sibling()) {
      name.remove_prefix(1);
      if (object->find(name) != nullptr) continue;  // comes with its primitive
      sibling = value;
      value = nullptr;
    } else if (object->has_siblings()) {
      for (const json::Member& other : object->members()) {
        if (other.is_sibling() && other.name().substr(1) == name) sibling = &other.value;
      }
    }
    const PropertySchema* property =
        type != nullptr
            ? type->property(name, sibling == &member.value ? name_hash(name) : member.name_hash)
            : nullptr;
    if (property == nullptr && name == "resourceType") continue;
    const std::string_view child_name = property != nullptr ? property->element->name : name;
    const bool go_on =
        detail::visit_items(value, sibling, property != nullptr ? property->element : nullptr,
                            property != nullptr ? property->type : nullptr,
                            [&](const Element& child) { return visit(child_name, child); });
    if (!go_on) return;
  }
}

/// Calls `visit(child)` for every child of that FHIRPath name, in order; stops on false.
/// hash   name_hash(name), made once by the caller
template <class Visit>
void for_each_child_named(const Element& element, std::string_view name, std::uint32_t hash,
                          Visit&& visit) {
  const json::Value* object = element.value;
  if (object == nullptr || !object->is_object()) object = element.sibling;
  if (object == nullptr || !object->is_object()) return;
  const TypeSchema* type = element.type;
  const PropertySchema* property = type != nullptr ? type->property(name, hash) : nullptr;
  if (property != nullptr && !property->element->is_choice) {
    const ElementSchema* definition = property->element;
    const json::Value* value = object->find(name, hash);
    const json::Value* sibling =
        object->has_siblings() ? object->find(definition->sibling_name, definition->sibling_hash)
                               : nullptr;
    if (value == nullptr && sibling == nullptr) return;
    detail::visit_items(value, sibling, definition, property->type, visit);
    return;
  }
  if (type != nullptr && property == nullptr) {
    // `value` of value[x]: whichever of its members stands there.
    for (const json::Member& member : object->members()) {
      std::string_view found = member.name();
      const bool is_sibling = member.is_sibling();
      if (is_sibling) found.remove_prefix(1);
      if (found.size() <= name.size() || found.substr(0, name.size()) != name) continue;
      const PropertySchema* chosen =
          type->property(found, is_sibling ? name_hash(found) : member.name_hash);
      if (chosen == nullptr || !chosen->element->is_choice || chosen->element->name != name)
        continue;
      const json::Value* value = is_sibling ? object->find(found) : &member.value;
      if (is_sibling && value != nullptr) continue;
      const json::Value* sibling = is_sibling ? &member.value
                                   : object->has_siblings()
                                       ? object->find(std::string("_").append(found))
                                       : nullptr;
      if (!detail::visit_items(value, sibling, chosen->element, chosen->type, visit)) return;
    }
    return;
  }
  if (type == nullptr) {  // untyped: by the JSON name
    const json::Value* value = object->find(name, hash);
    const json::Value* sibling =
        object->has_siblings() ? object->find(std::string("_").append(name)) : nullptr;
    if (value != nullptr || sibling != nullptr)
      detail::visit_items(value, sibling, nullptr, nullptr, visit);
  }
}

/// The first child of that name, or an element with nothing in it.
inline Element child(const Element& element, std::string_view name) {
  Element found;
  for_each_child_named(element, name, name_hash(name), [&](const Element& candidate) {
    found = candidate;
    return false;
  });
  return found;
}

}  // namespace fhir
