// https://hl7.org/fhir/R4/profiling.html
#include "fhir/validation/profile_walk.h"

#include <algorithm>
#include <string>

#include "fhir/validation/node_children.h"

namespace fhir::validation {

void ProfileWalk::report(const Node& node, IssueType type,
                         std::initializer_list<std::string_view> text) {
  walk_.report(Severity::error, type, *node.path, node.element.offset(), text);
}

namespace {

/// The element of a profile that `url#Composition.section:codeA` means; null when the profile
/// demands nothing of it.
const ProfileNode* node_of(const ProfileSchema& schema, std::string_view id) {
  const ProfileNode* at = &schema.root;
  for (std::size_t dot = id.find('.'); dot != std::string_view::npos && at != nullptr;
       dot = id.find('.')) {
    id.remove_prefix(dot + 1);
    const std::string_view part = id.substr(0, id.find('.'));
    const std::size_t colon = part.find(':');
    std::string_view name = part.substr(0, colon);
    if (name.ends_with("[x]")) name.remove_suffix(3);
    const auto children = at->all_children();
    const auto child = std::find_if(children.begin(), children.end(),
                                    [&](const ProfileNode& node) { return node.name == name; });
    at = child != children.end() ? &*child : nullptr;
    if (at == nullptr || colon == std::string_view::npos) continue;
    const auto slices = at->slicing != nullptr ? at->slicing->slices : std::span<const Slice>{};
    const auto slice = std::find_if(slices.begin(), slices.end(), [&](const Slice& s) {
      return s.node.slice_name == part.substr(colon + 1);
    });
    at = slice != slices.end() ? &slice->node : nullptr;
  }
  return at;
}

}  // namespace

ProfileWalk::Key ProfileWalk::key_of(const Node& node, const Profile& profile,
                                     std::string_view canonical) {
  const std::size_t hash = canonical.find('#');
  const void* place = node.element.value != nullptr ? node.element.value : node.element.sibling;
  return {
      place, &profile,
      hash != std::string_view::npos ? std::hash<std::string_view>()(canonical.substr(hash)) : 0};
}

void ProfileWalk::check(const Node& node, const Profile& profile, std::string_view canonical) {
  const Key key = key_of(node, profile, canonical);
  if (std::find(open_.begin(), open_.end(), key) != open_.end()) return;  // it asks for itself
  open_.push_back(key);
  check_whole(node, profile, canonical);
  open_.pop_back();
}

void ProfileWalk::check_whole(const Node& node, const Profile& profile,
                              std::string_view canonical) {
  const ProfileSchema& schema = profile.schema();
  if (const std::size_t hash = canonical.find('#'); hash != std::string_view::npos) {
    const ProfileNode* wanted = node_of(schema, canonical.substr(hash + 1));
    if (wanted != nullptr) check_node(node, *wanted, profile);
    return;
  }
  if (node.element.type == nullptr || !node.element.type->is_a(schema.type)) {
    report(node, IssueType::structure,
           {"The profile ", schema.url, " is about ", schema.type->name, ", not about this"});
    return;
  }
  check_node(node, schema.root, profile);
}

std::optional<bool> ProfileWalk::conforms(const Node& node, std::string_view canonical) {
  const Profiles::Found found = walk_.parts_.profiles.find(canonical);
  if (!found.is_known()) return std::nullopt;
  const TypeSchema* type = node.element.type;
  if (found.type != nullptr) return type != nullptr && type->is_a(found.type);
  return conforms(node, *found.profile, canonical);
}

bool ProfileWalk::conforms(const Node& node, const Profile& profile, std::string_view canonical) {
  const Key key = key_of(node, profile, canonical);
  if (key.place == nullptr)  // known by its type alone
    return node.element.type != nullptr && node.element.type->is_a(profile.schema().type);
  if (depth_ >= k_conformance_depth_max) return true;
  const auto [at, is_new] = known_.try_emplace(key, true);
  if (!is_new) return at->second;
  ++depth_;
  const Walk::Hush hush(walk_);
  check(node, profile, canonical);
  --depth_;
  known_[key] = !hush.has_errors();
  return !hush.has_errors();
}

bool ProfileWalk::meets_base(const Node& node) {
  const auto [at, is_new] = known_.try_emplace(Key{node.element.value, nullptr, 0}, true);
  if (!is_new) return at->second;
  const bool is_met = walk_.meets_base(node);
  known_[Key{node.element.value, nullptr, 0}] = is_met;
  return is_met;
}

void ProfileWalk::check_node(const Node& node, const ProfileNode& wanted, const Profile& profile) {
  if (!wanted.types.empty()) check_type(node, wanted, profile);
  check_values(node, wanted, profile);
  check_bindings(node, wanted, profile);
  check_constraints(node, wanted, profile);
  if (!wanted.narrative_languages.empty() || wanted.narrative_source)
    check_narrative_parts(node, wanted);
  check_children(node, wanted, profile);
}

void ProfileWalk::check_constraints(const Node& node, const ProfileNode& wanted,
                                    const Profile& profile) {
  if (wanted.constraints.empty()) return;
  Node judged = node;
  // "%resource: the resource that contains the original node": of a resource within another, looked
  // at as an element of that one, it is the other.
  const bool is_inner = node.element.is_resource() && node.parent != nullptr &&
                        node.scope->parent != nullptr && wanted.path.find('.') != wanted.path.npos;
  if (is_inner) judged.scope = node.scope->parent;
  for (const Constraint& constraint : wanted.constraints)
    walk_.check_rule(judged, constraint, profile.rule(constraint));
}

void ProfileWalk::check_children(const Node& node, const ProfileNode& wanted,
                                 const Profile& profile) {
  for (const ProfileNode& child : wanted.all_children()) {
    if (walk_.is_hushed_error()) return;
    if (child.slicing != nullptr) {
      check_sliced(node, child, profile);
    } else {
      check_named(node, child, profile);
    }
  }
}

void ProfileWalk::check_named(const Node& node, const ProfileNode& wanted, const Profile& profile) {
  std::uint32_t count = 0;
  for_each_child_in_place(node, wanted.name, wanted.name_hash, [&](const Node& item) {
    ++count;
    if (wanted.max != 0) check_node(item, wanted, profile);
    return !walk_.is_hushed_error();
  });
  check_count(node, wanted, profile, count);
}

void ProfileWalk::check_count(const Node& node, const ProfileNode& wanted, const Profile& profile,
                              std::uint32_t count) {
  if (count >= wanted.min && count <= wanted.max) return;
  const bool is_too_few = count < wanted.min;
  report(node, is_too_few ? IssueType::required : IssueType::structure,
         {wanted.path, wanted.slice_name.empty() ? "" : ":", wanted.slice_name,
          is_too_few ? ": at least " : ": at most ",
          std::to_string(is_too_few ? wanted.min : wanted.max),
          is_too_few ? " required, " : " allowed, ", std::to_string(count), " found (profile ",
          profile.schema().url, ")"});
}

}  // namespace fhir::validation
