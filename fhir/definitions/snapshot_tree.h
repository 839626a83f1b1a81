// A snapshot's flat list of elements as the tree that its ids describe.
// https://hl7.org/fhir/R4/elementdefinition.html#id
#pragma once

#include <string_view>
#include <vector>

#include "fhir/formats/json_value.h"

namespace fhir::definitions {

struct SnapshotNode {
  const json::Value* element = nullptr;
  std::string_view segment;  // last part of the id, with the slice's name: `extension:code`
  std::vector<SnapshotNode> children;

  const SnapshotNode* find(std::string_view name) const {
    for (const SnapshotNode& candidate : children) {
      if (candidate.segment == name) return &candidate;
    }
    return nullptr;
  }
};

/// The elements of a StructureDefinition's snapshot; null when it has none.
const json::Value* snapshot_elements(const json::Value& structure);

/// elements   a non-empty snapshot.element, in depth-first order as the specification asks
SnapshotNode snapshot_tree(const json::Value& elements);

/// The value of an extension of that url, whatever its type; null when absent.
const json::Value* extension_value(const json::Value& element, std::string_view url);

}  // namespace fhir::definitions
