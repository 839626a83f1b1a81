// Slices: which one an item belongs to, and how many items each may have.
// https://hl7.org/fhir/R4/profiling.html#slicing
#include <algorithm>
#include <array>
#include <vector>

#include "fhir/validation/membership.h"
#include "fhir/validation/node_children.h"
#include "fhir/validation/profile_walk.h"
#include "fhir/validation/reference.h"
#include "fhir/validation/value_match.h"

namespace fhir::validation {
namespace {

/// The slice of that name among those of the list at `path`; null when there is none.
const Slice* slice_named(const ProfileNode& node, std::string_view path, std::string_view name) {
  if (node.slicing != nullptr) {
    for (const Slice& slice : node.slicing->slices) {
      if (slice.node.path == path && slice.node.slice_name == name) return &slice;
      if (const Slice* found = slice_named(slice.node, path, name)) return found;
    }
  }
  for (const ProfileNode& child : node.children) {
    if (!path.starts_with(child.path)) continue;
    if (const Slice* found = slice_named(child, path, name)) return found;
  }
  return nullptr;
}

}  // namespace

std::optional<bool> ProfileWalk::is_in_slice(const Node& node, std::string_view canonical,
                                             std::string_view slice) {
  const Profile* profile = walk_.parts_.profiles.find(canonical).profile;
  if (profile == nullptr || node.element.definition == nullptr) return std::nullopt;
  const Slice* found = slice_named(profile->schema().root, node.element.definition->path, slice);
  if (found == nullptr) return std::nullopt;
  return is_member(node, 0, *found, *profile);
}

/// Items of one list, counted by slice.
struct ProfileWalk::SliceCounts {
  explicit SliceCounts(std::size_t size) {
    if (size > small.size()) large.resize(size);
  }
  std::uint32_t& operator[](std::size_t index) {
    return large.empty() ? small[index] : large[index];
  }
  std::array<std::uint32_t, 16> small{};
  std::vector<std::uint32_t> large;
};

void ProfileWalk::check_sliced(const Node& node, const ProfileNode& wanted,
                               const Profile& profile) {
  const Slicing& slicing = *wanted.slicing;
  SliceCounts counts(slicing.size);
  std::size_t position = 0;
  const Slice* last = nullptr;
  bool is_outside_seen = false;
  for_each_child_in_place(node, wanted.name, wanted.name_hash, [&](const Node& item) {
    const Slice* slice = slice_of(item, position++, slicing, profile);
    if (slice == nullptr) {
      is_outside_seen = true;
      if (slicing.rules == SlicingRules::closed && slicing.otherwise == nullptr)
        report(item, IssueType::structure,
               {wanted.path, " is in no slice, and the profile ", profile.schema().url,
                " closes the slicing"});
      if (slicing.otherwise != nullptr) ++counts[slicing.otherwise->index];
      check_node(item, slicing.otherwise != nullptr ? slicing.otherwise->node : wanted, profile);
      return !walk_.is_hushed_error();
    }
    if (slicing.rules == SlicingRules::open_at_end && is_outside_seen)
      report(item, IssueType::structure,
             {wanted.path, ": items of slices come before all others (profile ",
              profile.schema().url, ")"});
    if (slicing.is_ordered && last != nullptr && slice->index < last->index)
      report(item, IssueType::structure,
             {wanted.path, ": the slice ", slice->node.slice_name, " is out of order (profile ",
              profile.schema().url, ")"});
    last = slice;
    check_in_slice(item, *slice, counts, profile);
    return !walk_.is_hushed_error();
  });
  check_count(node, wanted, profile, static_cast<std::uint32_t>(position));
  check_slice_counts(node, slicing, counts, profile);
}

/// An item is judged by the innermost slice that has it, which repeats what the outer ones demand.
void ProfileWalk::check_in_slice(const Node& item, const Slice& slice, SliceCounts& counts,
                                 const Profile& profile) {
  const std::size_t position = counts[slice.index]++;
  if (slice.node.max == 0) {
    report(item, IssueType::structure,
           {slice.node.path, ":", slice.node.slice_name, " is not allowed by the profile ",
            profile.schema().url});
    return;
  }
  const Slicing* again = slice.node.slicing;
  if (again == nullptr) return check_node(item, slice.node, profile);
  if (const Slice* inner = slice_of(item, position, *again, profile))
    return check_in_slice(item, *inner, counts, profile);
  if (again->rules == SlicingRules::closed && again->otherwise == nullptr)
    report(item, IssueType::structure,
           {slice.node.path, ":", slice.node.slice_name, " is in no slice of it, and the profile ",
            profile.schema().url, " closes the slicing"});
  if (again->otherwise != nullptr) ++counts[again->otherwise->index];
  check_node(item, again->otherwise != nullptr ? again->otherwise->node : slice.node, profile);
}

void ProfileWalk::check_slice_counts(const Node& node, const Slicing& slicing, SliceCounts& counts,
                                     const Profile& profile) {
  for (const Slice& slice : slicing.slices) {
    if (slice.node.max == 0) continue;  // said of each item
    const std::uint32_t count = counts[slice.index];
    check_count(node, slice.node, profile, count);
    if (slice.node.slicing != nullptr && count > 0)
      check_slice_counts(node, *slice.node.slicing, counts, profile);
  }
  if (slicing.otherwise != nullptr)
    check_count(node, slicing.otherwise->node, profile, counts[slicing.otherwise->index]);
}

const Slice* ProfileWalk::slice_of(const Node& item, std::size_t position, const Slicing& slicing,
                                   const Profile& profile) {
  for (const Slice& slice : slicing.slices) {
    if (is_member(item, position, slice, profile)) return &slice;
  }
  return nullptr;
}

bool ProfileWalk::is_member(const Node& item, std::size_t position, const Slice& slice,
                            const Profile& profile) {
  return std::all_of(slice.criteria.begin(), slice.criteria.end(), [&](const Criterion& criterion) {
    return meets(item, position, criterion, profile);
  });
}

bool ProfileWalk::meets(const Node& item, std::size_t position, const Criterion& criterion,
                        const Profile& profile) {
  if (criterion.type == DiscriminatorType::position) return criterion.position == position;
  const bool is_met = meets_at(item, criterion.steps, criterion, profile);
  return criterion.type == DiscriminatorType::exists ? is_met == criterion.must_exist : is_met;
}

bool ProfileWalk::meets_at(const Node& at, std::span<const DiscriminatorStep> steps,
                           const Criterion& criterion, const Profile& profile) {
  using Kind = DiscriminatorStep::Kind;
  if (steps.empty()) return meets_here(at, criterion, profile);
  const DiscriminatorStep& step = steps.front();
  const auto rest = steps.subspan(1);
  bool is_met = false;
  const auto visit = [&](const Node& next) {
    is_met = is_met || meets_at(next, rest, criterion, profile);
    return !is_met;
  };
  switch (step.kind) {
    case Kind::child:
      for_each_child_in_place(at, step.name, step.name_hash, visit);
      return is_met;
    case Kind::of_type:
      return at.element.type != nullptr && at.element.type->name == step.name && visit(at), is_met;
    case Kind::extension:
      for (const std::string_view list : {"extension", "modifierExtension"}) {
        for_each_child_in_place(at, list, name_hash(list), [&](const Node& next) {
          const json::Value* value = next.element.value;
          if (value == nullptr || value->string_at("url") != step.name) return true;
          return visit(next);
        });
      }
      return is_met;
    case Kind::resolve:
      with_target(at, [&](const Node& target, bool) { visit(target); });
      return is_met;
  }
  return false;
}

bool ProfileWalk::meets_here(const Node& at, const Criterion& criterion, const Profile& profile) {
  const Element& element = at.element;
  switch (criterion.type) {
    case DiscriminatorType::exists:
      return true;
    case DiscriminatorType::position:
      return false;
    case DiscriminatorType::type:
      return element.type != nullptr &&
             std::any_of(criterion.names.begin(), criterion.names.end(),
                         [&](std::string_view name) { return is_of_type(element, name); });
    case DiscriminatorType::profile:
      return std::any_of(
          criterion.names.begin(), criterion.names.end(),
          [&](std::string_view canonical) { return conforms(at, canonical).value_or(false); });
    case DiscriminatorType::value:
      break;
  }
  if (criterion.wanted != nullptr)
    return element.value != nullptr &&
           matches(*element.value, *criterion.wanted, criterion.is_exact);
  const TerminologyProvider* terminology = walk_.parts_.terminology;
  if (terminology == nullptr) return false;
  const CodeSet* set = profile.value_set(criterion.binding, *terminology);
  return set != nullptr && membership_of(element, *set) == Membership::yes;
}

}  // namespace fhir::validation
