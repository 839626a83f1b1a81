// https://hl7.org/fhir/R4/elementdefinition.html#id
#include "fhir/definitions/snapshot_tree.h"

#include <algorithm>

namespace fhir::definitions {

const json::Value* snapshot_elements(const json::Value& structure) {
  const json::Value* snapshot = structure.find("snapshot");
  const json::Value* elements = snapshot != nullptr ? snapshot->find("element") : nullptr;
  return elements != nullptr && !elements->items().empty() ? elements : nullptr;
}

SnapshotNode snapshot_tree(const json::Value& elements) {
  SnapshotNode root;
  for (const json::Value& element : elements.items()) {
    std::string_view id = element.string_at("id");
    if (id.empty()) id = element.string_at("path");
    SnapshotNode* parent = &root;
    for (auto depth = std::count(id.begin(), id.end(), '.'); depth > 0; --depth) {
      if (!parent->children.empty()) parent = &parent->children.back();
    }
    const std::size_t dot = id.rfind('.');
    parent->children.push_back(
        SnapshotNode{&element, dot == std::string_view::npos ? id : id.substr(dot + 1), {}});
  }
  SnapshotNode first = std::move(root.children.front());
  return first;
}

const json::Value* extension_value(const json::Value& element, std::string_view url) {
  const json::Value* extensions = element.find("extension");
  if (extensions == nullptr) return nullptr;
  for (const json::Value& extension : extensions->items()) {
    if (extension.string_at("url") != url) continue;
    for (const json::Member& member : extension.members()) {
      if (member.name().starts_with("value")) return &member.value;
    }
  }
  return nullptr;
}

}  // namespace fhir::definitions
