// Where an element stands in its tree, and the tree with something else there.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "fhir/model/element.h"
#include "fhir/patch/property.h"

namespace fhir::patch {

/// One step down: into an item of a member of an object.
struct Step {
  const json::Value* object = nullptr;
  std::string_view name;    // of the JSON member, without an underscore
  std::size_t index = 0;    // of the item; 0 when the member is no array
  bool in_sibling = false;  // the next step's object is the item's sibling
};

/// From the root down to the element; empty for the root itself.
using Place = std::vector<Step>;

/// The place of an element, nothing when it does not stand in this tree.
std::optional<Place> place_of(const json::Value& root, const Element& element);

/// The tree in which `object` stands at the place in the place of what is there (its sibling when
/// the element is a primitive). An object left without content goes, and so does what held only it.
json::Value with_object_at(Arena& arena, const Place& place, const json::Value& object);

/// The tree in which the last step's member has these items.
json::Value with_items_at(Arena& arena, const Place& place, const Property& property);

}  // namespace fhir::patch
