// Types: which ones a profile allows, what profiles a value must meet, and what a reference may
// point to. https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.type
#include <algorithm>
#include <string>

#include "fhir/validation/profile_walk.h"
#include "fhir/validation/reference.h"

namespace fhir::validation {

bool is_of_type(const Element& element, std::string_view name) {
  for (const TypeSchema* type = element.type; type != nullptr; type = type->base) {
    if (type->name == name) return true;
  }
  return false;
}

void ProfileWalk::check_type(const Node& node, const ProfileNode& wanted, const Profile& profile) {
  const TypeSchema* type = node.element.type;
  if (type == nullptr) return;
  if (type->kind == TypeKind::backbone) {
    if (wanted.types.size() == 1 && !wanted.types[0].profiles.empty())
      check_profiles_of(node, wanted.types[0]);
    return;
  }
  const auto allowed = std::find_if(
      wanted.types.begin(), wanted.types.end(),
      [&](const ProfileType& candidate) { return is_of_type(node.element, candidate.code); });
  if (allowed == wanted.types.end()) {
    const bool is_of_extension =
        node.parent != nullptr && is_of_type(node.parent->element, "Extension");
    report(is_of_extension ? *node.parent : node, IssueType::structure,
           {wanted.path, ": the profile ", profile.schema().url, " does not allow a value of type ",
            type->name});
    return;
  }
  if (!allowed->profiles.empty()) check_profiles_of(node, *allowed);
  if (type->name == "Reference") check_target(node, *allowed);
}

/// "the profiles … at least one of which the element SHALL conform to"
void ProfileWalk::check_profiles_of(const Node& node, const ProfileType& type) {
  const auto check_one = [&](std::string_view canonical) {
    const Profiles::Found found = walk_.parts_.profiles.find(canonical);
    if (found.profile != nullptr) check(node, *found.profile, canonical);
  };
  if (type.profiles.size() == 1) return check_one(type.profiles.front());
  for (const std::string_view canonical : type.profiles) {
    if (conforms(node, canonical).value_or(true)) return;
  }
  report(node, IssueType::structure,
         {name_of(node), " meets none of the ", std::to_string(type.profiles.size()),
          " profiles allowed here"});
  if (is_explaining_) return;  // a reason within a reason would double with every level
  is_explaining_ = true;
  for (const std::string_view canonical : type.profiles) check_one(canonical);
  is_explaining_ = false;
}

void ProfileWalk::with_target(const Node& node, const TargetVisitor& visit) {
  const json::Value* value = node.element.value;
  if (value == nullptr) return;
  const std::string_view text =
      value->is_object() ? value->string_at("reference") : value->string();
  if (text.empty()) return;
  const ParsedReference reference = parse_reference(text, walk_.parts_.definitions);
  const Element target = walk_.find_target(reference, text, *node.scope);
  const bool is_contained = reference.form == ReferenceForm::contained;
  if (target.value == nullptr) {
    if (is_contained || reference.type.empty()) return;
    // Elsewhere, but of a type that the reference names.
    const Element typed{nullptr, nullptr, nullptr, walk_.parts_.definitions.type(reference.type)};
    return visit(Node{typed, node.path, node.scope, &node}, false);
  }
  Scope scope;
  scope.resource = target;
  scope.path = node.path;
  scope.parent = is_contained ? node.scope->root : node.scope->bundle;
  scope.root = is_contained ? node.scope->root : &scope;
  scope.bundle = node.scope->bundle;
  visit(Node{target, node.path, &scope, nullptr}, is_contained);
}

void ProfileWalk::check_target(const Node& node, const ProfileType& type) {
  const json::Value& value = *node.element.value;
  const std::string_view text = value.string_at("reference");
  if (text.empty()) return;
  const ParsedReference reference = parse_reference(text, walk_.parts_.definitions);
  if (type.versioning == ReferenceVersioning::specific && reference.version.empty())
    report(node, IssueType::value, {name_of(node), " must name a version of its target"});
  if (type.versioning == ReferenceVersioning::independent && !reference.version.empty())
    report(node, IssueType::value, {name_of(node), " must not name a version of its target"});
  std::uint8_t mode =
      reference.form == ReferenceForm::contained ? aggregation_contained : aggregation_referenced;
  with_target(node, [&](const Node& target, bool is_contained) {
    if (target.element.value != nullptr && !is_contained)
      mode = aggregation_referenced | aggregation_bundled;
    if (!type.target_profiles.empty()) check_target_profiles(node, type, target);
  });
  if (type.aggregation != 0 && (type.aggregation & mode) == 0)
    report(node, IssueType::value,
           {name_of(node), mode == aggregation_contained
                               ? " must not refer to a contained resource"
                               : " must refer to a resource in the same place: contained, or in "
                                 "the same bundle"});
}

/// Of what is here it cannot be told whether it meets a profile that is not.
void ProfileWalk::note_unknown_target_profile(const Node& node, std::string_view canonical,
                                              const Node& target) {
  if (target.element.value == nullptr) return;
  const bool is_refused = walk_.options_.unknown_extensions == UnknownExtensions::refuse;
  if (!is_refused && !walk_.is_first(canonical)) return;
  walk_.report(is_refused ? Severity::error : Severity::warning, IssueType::not_found, *node.path,
               node.element.offset(),
               {name_of(node),
                " refers to a resource that should meet a profile that is not known: ", canonical});
}

void ProfileWalk::check_target_profiles(const Node& node, const ProfileType& type,
                                        const Node& target) {
  bool is_type_allowed = false;
  bool is_met = false;
  std::string_view unknown;
  for (const std::string_view canonical : type.target_profiles) {
    const Profiles::Found found = walk_.parts_.profiles.find(canonical);
    if (!found.is_known()) {
      if (unknown.empty()) unknown = canonical;
      continue;
    }
    const TypeSchema* wanted = found.type != nullptr ? found.type : found.profile->schema().type;
    if (target.element.type == nullptr || !target.element.type->is_a(wanted)) continue;
    is_type_allowed = true;
    is_met = is_met || target.element.value == nullptr || found.profile == nullptr ||
             conforms(target, *found.profile, canonical);
    if (is_met) return;
  }
  if (!unknown.empty()) return note_unknown_target_profile(node, unknown, target);
  if (!is_type_allowed && !walk_.is_target_of_base(node, target.element)) return;
  report(node, IssueType::structure,
         {name_of(node), is_type_allowed
                             ? " refers to a resource that meets none of the profiles allowed here"
                             : " refers to a resource of a type that the profile does not allow"});
}

}  // namespace fhir::validation
