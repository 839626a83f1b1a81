// https://hl7.org/fhir/R4/profiling.html https://hl7.org/fhir/R4/elementdefinition.html
#include "fhir/definitions/snapshot_merge.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "fhir/definitions/choice_type.h"
#include "fhir/definitions/element_merge.h"

namespace fhir::definitions {
namespace {

/// The one profile that the one type of an element names; empty otherwise.
std::string_view single_profile(const json::Value& element) {
  const json::Value* types = element.find("type");
  if (types == nullptr || types->items().size() != 1) return {};
  const json::Value* profiles = types->items()[0].find("profile");
  if (profiles == nullptr || profiles->items().size() != 1) return {};
  return profiles->items()[0].string();
}

bool has_slices(const DraftNode& parent, std::string_view name) {
  return std::any_of(parent.children.begin(), parent.children.end(), [&](const auto& child) {
    return child->name == name && !child->slice.empty();
  });
}

/// Behind the last of `name` that is `slice` or a slice of it; of all slices when it is empty.
std::size_t place_behind(const DraftNode& parent, std::string_view name, std::string_view slice) {
  std::size_t place = parent.children.size();
  for (std::size_t i = 0; i < parent.children.size(); ++i) {
    const DraftNode& child = *parent.children[i];
    if (child.name != name) continue;
    const bool below = slice.empty() || child.slice == slice ||
                       (child.slice.starts_with(slice) && child.slice[slice.size()] == '/');
    if (below) place = i + 1;
  }
  return place;
}

bool is_extension_name(std::string_view name) {
  return name == "extension" || name == "modifierExtension";
}

std::uint32_t min_of(const DraftNode& node) {
  const json::Value* min = node.find("min");
  std::uint32_t number = 0;
  if (min != nullptr)
    std::from_chars(min->text().data(), min->text().data() + min->text().size(), number);
  return number;
}

bool is_required_slice(const DifferentialNode& node) {
  const json::Value* min = node.element != nullptr ? node.element->find("min") : nullptr;
  return min != nullptr && min->text() != "0";
}

/// What is sliced occurs as often as its slices must, taken together.
void raise_min(const DraftNode& parent, DraftNode& target, Arena& arena) {
  std::uint64_t sum = 0;
  for (const auto& child : parent.children) {
    const bool is_slice = child->name == target.name && !child->slice.empty() &&
                          child->slice.find('/') == std::string_view::npos;
    if (is_slice) sum += min_of(*child);
  }
  if (sum <= min_of(target)) return;
  target.set("min",
             json::Value::text_value(json::Kind::number, arena.copy(std::to_string(sum)), 0));
}

}  // namespace

Unexpected<Issue> SnapshotMerger::refuse(std::size_t index, std::string why, IssueType type) const {
  Issue issue = make_issue(type, std::move(why));
  issue.expression = differential_expression(index);
  return unexpected(std::move(issue));
}

Result<void> SnapshotMerger::merge(const DifferentialNode& differential) {
  return merge_node(root_, differential);
}

Result<void> SnapshotMerger::merge_node(DraftNode& node, const DifferentialNode& differential) {
  if (differential.element != nullptr) {
    FHIR_CHECK(merge_profile(node, *differential.element));
    const bool refers = node.find("contentReference") != nullptr;
    merge_element(node, *differential.element, url_, arena_);
    // A profile may use a reference to content, it cannot bring one.
    if (!refers && derivation_ == Derivation::constraint) node.erase("contentReference");
  }
  if (differential.children.empty()) return {};
  FHIR_CHECK(unfold(node, differential.children.front()->index));
  return merge_children(node, differential);
}

/// A profile that the differential puts on an element's type speaks for the element as well.
Result<void> SnapshotMerger::merge_profile(DraftNode& node, const json::Value& element) {
  const std::string_view profile = single_profile(element);
  if (profile.empty() || derivation_ == Derivation::specialization) return {};
  auto found = source_.structure(profile);
  // What is unknown here is reported where something is validated against it.
  if (!found) return {};
  // A resource's own rules are checked with the resource, wherever it stands.
  if ((*found)->structure->string_at("kind") == "resource") return {};
  const bool is_extension = (*found)->root->name == "Extension";
  merge_profile_root(node, *(*found)->root, is_extension, arena_);
  return {};
}

Result<void> SnapshotMerger::merge_children(DraftNode& node, const DifferentialNode& differential) {
  FHIR_TRY(groups, groups_of(node, differential));
  for (Group& group : groups) FHIR_CHECK(merge_group(node, group));
  return {};
}

Result<std::vector<SnapshotMerger::Group>> SnapshotMerger::groups_of(
    DraftNode& node, const DifferentialNode& differential) {
  std::vector<Group> groups;
  auto group_of = [&](DraftNode* target) -> Group& {
    auto found = std::find_if(groups.begin(), groups.end(),
                              [&](const Group& group) { return group.target == target; });
    return found != groups.end() ? *found : groups.emplace_back(Group{target});
  };
  for (const auto& child : differential.children) {
    if (DraftNode* target = node.child(child->name)) {
      Group& group = group_of(target);
      if (child->slice.empty()) {
        group.plain = child.get();
      } else {
        group.slices.push_back({child->slice, child.get(), false});
      }
      continue;
    }
    auto choice =
        std::find_if(node.children.begin(), node.children.end(), [&](const auto& candidate) {
          return candidate->slice.empty() && !chosen_type(*candidate, child->name).empty();
        });
    if (choice != node.children.end()) {
      const std::string_view name = child->slice.empty() ? child->name : child->slice;
      group_of(choice->get()).slices.push_back({name, child.get(), true});
      continue;
    }
    if (derivation_ != Derivation::specialization)
      return refuse(child->index,
                    "The differential names " + std::string(child->name) +
                        ", which the base does not have there",
                    IssueType::structure);
    FHIR_CHECK(add_element(node, *child));
  }
  return groups;
}

/// `valueQuantity` narrows value[x] itself where there is no other type anyway, and inside a slice;
/// elsewhere, beside others, or where slices stand, it is a slice.
bool SnapshotMerger::narrows(const DraftNode& parent, const Group& group) const {
  if (group.slices.size() != 1 || !group.slices[0].by_short_name) return false;
  const DraftNode& target = *group.target;
  if (target.find("slicing") != nullptr || has_slices(parent, target.name)) return false;
  const json::Value* types = target.find("type");
  return slice_depth_ != 0 || (types != nullptr && types->items().size() == 1);
}

/// A slice name on what occurs once and is not sliced is but a name.
bool SnapshotMerger::is_only_named(const Group& group) {
  const json::Value* max = group.target->find("max");
  return group.slices.size() == 1 && !group.slices[0].by_short_name && max != nullptr &&
         max->text() == "1" && group.target->find("slicing") == nullptr &&
         !group.target->name.ends_with("[x]") && !is_extension_name(group.target->name);
}

Result<void> SnapshotMerger::merge_group(DraftNode& parent, Group& group) {
  DraftNode& target = *group.target;
  const std::vector<json::Member> before = target.members;
  if (group.plain != nullptr) FHIR_CHECK(merge_node(target, *group.plain));
  if (narrows(parent, group)) {
    narrow_types(target, {chosen_type(target, group.slices[0].node->name)}, arena_);
    return merge_node(target, *group.slices[0].node);
  }
  if (is_only_named(group)) {
    target.slice = group.slices[0].name;
    return merge_node(target, *group.slices[0].node);
  }
  if (group.slices.empty()) return {};
  if (closes(group)) close_choice(target, group);
  for (const Group::Slice& slice : group.slices) {
    FHIR_CHECK(ensure_slicing(target, slice));
    DraftNode* known = parent.child(target.name, slice.name);
    FHIR_TRY(node, known != nullptr ? Result<DraftNode*>(known)
                                    : new_slice(parent, target, before, slice));
    ++slice_depth_;
    auto merged =
        known != nullptr ? merge_node(*known, *slice.node) : merge_new_slice(*node, *slice.node);
    --slice_depth_;
    FHIR_CHECK(std::move(merged));
  }
  if (group.plain == nullptr) raise_min(parent, target, arena_);
  return {};
}

/// A slice with a profile of its own has that profile's elements instead of those it was made of.
Result<void> SnapshotMerger::merge_new_slice(DraftNode& node, const DifferentialNode& slice) {
  const bool has_profile = slice.element != nullptr && !single_profile(*slice.element).empty();
  const bool unfolds = has_profile && !node.children.empty();
  if (unfolds) node.children.clear();
  FHIR_CHECK(merge_node(node, slice));
  return unfolds && node.children.empty() ? unfold(node, slice.index) : Result<void>();
}

/// A slice that the base does not have, made of what it slices.
///
/// before   the members of the target as the base has them
Result<DraftNode*> SnapshotMerger::new_slice(DraftNode& parent, const DraftNode& target,
                                             const std::vector<json::Member>& before,
                                             const Group::Slice& slice) {
  const std::size_t slash = slice.name.rfind('/');
  const DraftNode* outer = slash == std::string_view::npos
                               ? nullptr
                               : parent.child(target.name, slice.name.substr(0, slash));
  FHIR_TRY(node, clone(outer != nullptr ? *outer : target, budget_));
  if (outer == nullptr) node->members = before;
  node->slice = slice.name;
  node->erase("slicing");
  const bool is_choice = target.name.ends_with("[x]");
  if (!is_choice && (slice.node->element == nullptr || slice.node->element->find("min") == nullptr))
    node->set("min", json::Value::text_value(json::Kind::number, "0", 0));
  const std::string_view type = chosen_type(
      *node, slice.by_short_name ? slice.node->name : slice.name.substr(0, slice.name.find('/')));
  if (!type.empty()) narrow_types(*node, {type}, arena_);
  const std::size_t place =
      place_behind(parent, target.name, outer != nullptr ? outer->slice : std::string_view{});
  DraftNode* out = node.get();
  parent.children.insert(parent.children.begin() + static_cast<std::ptrdiff_t>(place),
                         std::move(node));
  return out;
}

/// Slices close a choice when they are required, unless it is known how it is sliced; short names
/// close it even then, and also when they say the type they stand for.
bool SnapshotMerger::closes(const Group& group) {
  const bool is_sliced = group.target->find("slicing") != nullptr;
  return group.target->name.ends_with("[x]") &&
         std::all_of(group.slices.begin(), group.slices.end(), [&](const Group::Slice& slice) {
           const json::Value* element = slice.node->element;
           const bool says_type = element != nullptr && element->find("type") != nullptr;
           const bool is_required = is_required_slice(*slice.node);
           return !type_of(group, slice).empty() &&
                  (slice.by_short_name ? says_type || is_required : is_required && !is_sliced);
         });
}

/// The type that a slice of a choice is named after; empty when it has a name of its own.
std::string_view SnapshotMerger::type_of(const Group& group, const Group::Slice& slice) {
  return chosen_type(*group.target, slice.by_short_name ? slice.node->name : slice.name);
}

void SnapshotMerger::close_choice(DraftNode& target, const Group& group) {
  std::vector<std::string_view> codes;
  for (const Group::Slice& slice : group.slices) codes.push_back(type_of(group, slice));
  narrow_types(target, codes, arena_);
  target.set("slicing", slicing_by("type", "$this", "closed"));
}

/// Extensions are sliced by url and choices by type without a word; others must say how.
Result<void> SnapshotMerger::ensure_slicing(DraftNode& target, const Group::Slice& slice) {
  if (target.find("slicing") != nullptr) return {};
  const bool is_extension = is_extension_name(target.name);
  if (!is_extension && !target.name.ends_with("[x]"))
    return refuse(slice.node->index,
                  "The differential makes the slice " + std::string(slice.name) + " of " +
                      std::string(target.name) + ", which is not sliced",
                  IssueType::structure);
  target.set("slicing", is_extension ? slicing_by("value", "url", "open")
                                     : slicing_by("type", "$this", "open"));
  return {};
}

json::Value SnapshotMerger::slicing_by(std::string_view type, std::string_view path,
                                       std::string_view rules) {
  const json::Value discriminator = make_object(
      {make_member("type", make_text(type, arena_)), make_member("path", make_text(path, arena_))},
      arena_);
  return make_object({make_member("discriminator", make_array({discriminator}, arena_)),
                      make_member("ordered", json::Value::literal(json::Kind::false_, 0)),
                      make_member("rules", make_text(rules, arena_))},
                     arena_);
}

}  // namespace fhir::definitions
