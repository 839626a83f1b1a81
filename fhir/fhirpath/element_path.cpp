#include "fhir/fhirpath/element_path.h"

#include <algorithm>

namespace fhir::fhirpath {
namespace {

const void* identity(const Element& element) {
  return element.value != nullptr ? static_cast<const void*>(element.value) : element.sibling;
}

}  // namespace

/// As deep as the reader lets a document be.
void ElementPaths::walk(const Element& element, std::uint32_t at) {
  std::string_view last_name;
  std::uint32_t index = 0;
  std::size_t first = 0;
  for_each_child(element, [&](std::string_view name, const Element& child) {
    index = name == last_name ? index + 1 : 0;
    last_name = name;
    if (index == 0) first = steps_.size();
    // What has no definition shows only by a second item that it repeats.
    if (index == 1) steps_[first].repeats = true;
    const auto step = static_cast<std::uint32_t>(steps_.size());
    const bool repeats = index > 0 || (child.definition != nullptr && child.definition->is_array);
    steps_.push_back({at, index, repeats, name});
    by_value_.emplace(identity(child), step);
    walk(child, step);
    return true;
  });
}

std::string ElementPaths::find(const Element& element, PathStyle style) {
  if (steps_.empty()) {
    steps_.push_back({0, 0, false, root_.type != nullptr ? root_.type->name : "$this"});
    by_value_.emplace(identity(root_), 0);
    walk(root_, 0);
  }
  const auto found = by_value_.find(identity(element));
  if (found == by_value_.end()) return {};
  std::vector<std::uint32_t> way;
  for (std::uint32_t at = found->second; at != 0; at = steps_[at].parent) way.push_back(at);
  std::string path(steps_[0].name);
  for (auto at = way.rbegin(); at != way.rend(); ++at) {
    const Step& step = steps_[*at];
    path.append(".").append(step.name);
    if (step.repeats || style == PathStyle::indexed)
      path.append("[").append(std::to_string(step.index)).append("]");
  }
  return path;
}

}  // namespace fhir::fhirpath
