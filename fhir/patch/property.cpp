#include "fhir/patch/property.h"

#include <algorithm>
#include <string>

#include "fhir/formats/json_items.h"
#include "fhir/patch/edit.h"

namespace fhir::patch {
namespace {

using json::Value;

Value put(Arena& arena, const Value& object, std::string_view name, const Property& property,
          Value Node::*part) {
  const bool is_absent = std::all_of(property.nodes.begin(), property.nodes.end(),
                                     [&](const Node& node) { return (node.*part).is_null(); });
  if (is_absent) return object.find(name) ? without_member(arena, object, name) : object;
  if (!property.is_array) return with_member(arena, object, name, property.nodes.front().*part);
  std::vector<Value> items;
  items.reserve(property.nodes.size());
  for (const Node& node : property.nodes) items.push_back(node.*part);
  return with_member(arena, object, name, array_of(arena, items));
}

}  // namespace

Property read_property(const Value& object, std::string_view name) {
  Property out;
  const Value* value = object.find(name);
  const Value* sibling =
      object.has_siblings() ? object.find(std::string("_").append(name)) : nullptr;
  out.is_array = (value != nullptr && value->is_array()) ||
                 (value == nullptr && sibling != nullptr && sibling->is_array());
  if (!out.is_array) {
    Node node;
    if (value != nullptr) node.value = *value;
    if (sibling != nullptr && sibling->is_object()) node.sibling = *sibling;
    if (!node.is_empty()) out.nodes.push_back(node);
    return out;
  }
  const auto values = json::items_of(value);
  const auto siblings = json::items_of(sibling);
  out.nodes.resize(std::max(values.size(), siblings.size()));
  for (std::size_t i = 0; i < values.size(); ++i) out.nodes[i].value = values[i];
  for (std::size_t i = 0; i < siblings.size(); ++i) out.nodes[i].sibling = siblings[i];
  return out;
}

Value with_property(Arena& arena, const Value& object, std::string_view name,
                    const Property& property) {
  const Value half = put(arena, object, name, property, &Node::value);
  return put(arena, half, std::string("_").append(name), property, &Node::sibling);
}

}  // namespace fhir::patch
