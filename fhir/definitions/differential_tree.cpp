// https://hl7.org/fhir/R4/elementdefinition.html#id
#include "fhir/definitions/differential_tree.h"

#include <algorithm>
#include <utility>

#include "fhir/definitions/snapshot_limits.h"

namespace fhir::definitions {
namespace {

struct Part {
  std::string_view name;
  std::string_view slice;
};

using Parts = std::vector<Part>;

Parts parts_of(std::string_view text) {
  Parts out;
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    const std::size_t colon = part.find(':');
    out.push_back({part.substr(0, colon),
                   colon == std::string_view::npos ? std::string_view{} : part.substr(colon + 1)});
    if (dot == std::string_view::npos) return out;
    text.remove_prefix(dot + 1);
  }
}

/// Whether an id's part may name this part of a path: `value[x]` also `valueQuantity`.
bool names_same(std::string_view id_name, std::string_view path_name) {
  if (id_name == path_name) return true;
  auto is_choice_of = [](std::string_view choice, std::string_view name) {
    return choice.ends_with("[x]") && name.starts_with(choice.substr(0, choice.size() - 3));
  };
  return is_choice_of(id_name, path_name) || is_choice_of(path_name, id_name);
}

/// Whether the id tells the same path; other ids are names that say nothing of the place.
bool agree(const Parts& id, const Parts& path) {
  return id.size() == path.size() &&
         std::equal(id.begin(), id.end(), path.begin(),
                    [](const Part& a, const Part& b) { return names_same(a.name, b.name); });
}

Unexpected<Issue> refuse(std::size_t index, std::string why) {
  Issue issue = make_issue(IssueType::structure, std::move(why));
  issue.expression = differential_expression(index);
  return unexpected(std::move(issue));
}

class TreeBuilder {
 public:
  explicit TreeBuilder(DifferentialNode& root) { open_.push_back(&root); }

  Result<void> add(const json::Value& element, std::size_t index) {
    const std::string_view path = element.string_at("path");
    if (path.empty()) return refuse(index, "An element of the differential has no path");
    Parts parts = parts_of(path);
    if (parts.size() > k_element_depth_max)
      return refuse(index, "The path of an element is too deep");
    if (parts[0].name != open_[0]->name)
      return refuse(index, "The path " + std::string(path) + " does not begin with " +
                               std::string(open_[0]->name));
    const Parts id = parts_of(element.string_at("id"));
    const bool by_id = agree(id, parts);
    if (by_id) parts = id;
    // Only the slice name makes a slice; an id may carry a name that those below it repeat.
    const std::string_view slice = element.string_at("sliceName");
    const std::string_view alias = std::exchange(parts.back().slice, slice);
    DifferentialNode* at = descend(parts, by_id, index);
    if (slice.empty()) at->alias = alias;
    if (at->element != nullptr)
      return refuse(index, "The differential names " + std::string(path) +
                               (slice.empty() ? "" : ":" + std::string(slice)) + " twice");
    at->element = &element;
    at->index = index;
    return {};
  }

 private:
  /// The node of these parts, made where it is missing. Without ids the open elements, those the
  /// list went through last, tell which slice a parent is.
  DifferentialNode* descend(const Parts& parts, bool by_id, std::size_t index) {
    std::size_t depth = 1;
    for (; depth < parts.size() && depth < open_.size(); ++depth) {
      const DifferentialNode& open = *open_[depth];
      const bool is_last = depth + 1 == parts.size();
      if (open.name != parts[depth].name) break;
      if (is_last && open.slice != parts[depth].slice) break;
      if (!is_last && by_id && !answers_to(open, parts[depth])) break;
      if (is_last && open.element != nullptr && !by_id) break;
    }
    open_.resize(depth);
    for (; depth < parts.size(); ++depth)
      open_.push_back(child(*open_.back(), parts[depth], index));
    return open_.back();
  }

  static bool answers_to(const DifferentialNode& node, const Part& part) {
    return node.slice == part.slice || (!node.alias.empty() && node.alias == part.slice);
  }

  static DifferentialNode* child(DifferentialNode& parent, const Part& part, std::size_t index) {
    for (auto at = parent.children.rbegin(); at != parent.children.rend(); ++at) {
      if ((*at)->name == part.name && answers_to(**at, part)) return at->get();
    }
    auto node = std::make_unique<DifferentialNode>();
    node->name = part.name;
    node->slice = part.slice;
    node->index = index;
    parent.children.push_back(std::move(node));
    return parent.children.back().get();
  }

  std::vector<DifferentialNode*> open_;
};

}  // namespace

Result<std::unique_ptr<DifferentialNode>> differential_tree(const json::Value* elements,
                                                            std::string_view root) {
  auto tree = std::make_unique<DifferentialNode>();
  tree->name = root;
  if (elements == nullptr) return tree;
  if (elements->items().size() > k_differential_elements_max)
    return unexpected(make_issue(IssueType::too_costly, "The differential has too many elements"));
  TreeBuilder builder(*tree);
  std::size_t index = 0;
  for (const json::Value& element : elements->items()) FHIR_CHECK(builder.add(element, index++));
  return tree;
}

std::string differential_expression(std::size_t index) {
  return "StructureDefinition.differential.element[" + std::to_string(index) + "]";
}

}  // namespace fhir::definitions
