#include "fhir/patch/place.h"

#include <algorithm>
#include <functional>

namespace fhir::patch {
namespace {

using json::Member;
using json::Value;

bool is_within(std::span<const Value> items, const Value* target) {
  return !items.empty() && !std::less<>{}(target, items.data()) &&
         std::less<>{}(target, items.data() + items.size());
}

/// Walks down until it stands before the target.
class Search {
 public:
  explicit Search(const Value* target) : target_(target) {}

  bool in_object(const Value& object) {
    for (const Member& member : object.members()) {
      std::string_view name = member.name();
      const bool is_sibling = member.is_sibling();
      if (is_sibling) name.remove_prefix(1);
      path_.push_back({&object, name, 0, is_sibling});
      if (in_value(member.value)) return true;
      path_.pop_back();
    }
    return false;
  }

  Place take() { return std::move(path_); }

 private:
  bool in_value(const Value& value) {
    if (&value == target_) return true;
    const std::size_t at = path_.size() - 1;
    if (value.is_array()) {
      const auto items = value.items();
      if (is_within(items, target_)) {
        path_[at].index = static_cast<std::size_t>(target_ - items.data());
        return true;
      }
      for (std::size_t i = 0; i < items.size(); ++i) {
        path_[at].index = i;
        if (in_object(items[i])) return true;
      }
      return false;
    }
    return in_object(value);
  }

  const Value* target_;
  Place path_;
};

bool is_without_content(const Value& object) {
  if (!object.is_object()) return false;
  const auto members = object.members();
  return members.empty();
}

}  // namespace

std::optional<Place> place_of(const Value& root, const Element& element) {
  const Value* target = element.value != nullptr ? element.value : element.sibling;
  if (target == &root) return Place{};
  if (target == nullptr) return std::nullopt;
  Search search(target);
  if (!search.in_object(root)) return std::nullopt;
  Place place = search.take();
  if (!place.empty()) place.back().in_sibling = false;
  return place;
}

Value with_object_at(Arena& arena, const Place& place, const Value& object) {
  Value current = object;
  for (std::size_t at = place.size(); at-- > 0;) {
    const Step& step = place[at];
    Property property = read_property(*step.object, step.name);
    if (step.index >= property.nodes.size()) property.nodes.resize(step.index + 1);
    Node& node = property.nodes[step.index];
    Value& part = step.in_sibling ? node.sibling : node.value;
    part = is_without_content(current) ? Value() : current;
    if (node.is_empty())
      property.nodes.erase(property.nodes.begin() + static_cast<std::ptrdiff_t>(step.index));
    current = with_property(arena, *step.object, step.name, property);
  }
  return current;
}

Value with_items_at(Arena& arena, const Place& place, const Property& property) {
  const Step& last = place.back();
  const Value object = with_property(arena, *last.object, last.name, property);
  return with_object_at(arena, Place(place.begin(), place.end() - 1), object);
}

}  // namespace fhir::patch
