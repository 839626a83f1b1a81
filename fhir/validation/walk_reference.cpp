// References: their form, what they may point to, and what they find in the same document.
// https://hl7.org/fhir/R4/references.html
#include <algorithm>
#include <string>

#include "fhir/validation/resolver.h"
#include "fhir/validation/walk.h"

namespace fhir::validation {

void Walk::check_reference(const Node& node, const TypeRef* type) {
  const std::string_view text = node.element.value->string_at("reference");
  if (text.empty()) return;
  const ParsedReference reference = parse_reference(text, parts_.definitions);
  std::string_view target = reference.type;
  switch (reference.form) {
    case ReferenceForm::malformed:
      report(
          node, IssueType::value,
          {name_of(node),
           ": the reference is neither Type/id, an absolute URL, urn:uuid: or urn:oid:, nor # and "
           "the id of a contained resource"});
      return;
    case ReferenceForm::contained: {
      note_fragment(*node.scope, text);
      const Element found = find_target(reference, text, *node.scope);
      if (found.value == nullptr)
        report(node, IssueType::invariant,
               {name_of(node), " refers to a contained resource that is not there"}, "ref-1");
      // `#` is the container itself, whatever it is.
      if (found.type != nullptr && !reference.id.empty()) target = found.type->name;
      break;
    }
    case ReferenceForm::urn: {
      // A warning, as in the reference validator: Reference.reference is a string, not a uri.
      if (!reference.is_well_formed_urn)
        report(Severity::warning, IssueType::value, *node.path, node.element.offset(),
               {name_of(node), ": the URN is not well-formed"});
      if (node.scope->bundle == nullptr) return;
      const Element found = find_target(reference, text, *node.scope);
      if (found.value == nullptr)
        report(Severity::warning, IssueType::not_found, *node.path, node.element.offset(),
               {name_of(node), " refers to a URN that no entry of the bundle has as its fullUrl"});
      if (found.type != nullptr) target = found.type->name;
      break;
    }
    case ReferenceForm::relative:
      if (node.scope->bundle != nullptr && is_other_type_by_uuid(reference, *node.scope))
        report(node, IssueType::value,
               {name_of(node), " names another type than that of the entry with this UUID"});
      if (options_.closed_parameters) check_within_parameters(node, reference);
      break;
    default:
      break;
  }
  if (type != nullptr && !target.empty()) check_target(node, *type, target);
}

bool Walk::is_other_type_by_uuid(const ParsedReference& reference, const Scope& scope) {
  constexpr std::size_t k_uuid_size = 36;
  if (reference.id.size() != k_uuid_size) return false;
  const json::Value* found =
      index_of(*scope.bundle).find(std::string("urn:uuid:").append(reference.id));
  return found != nullptr && found->string_at("resourceType") != reference.type;
}

void Walk::check_target(const Node& node, const TypeRef& type, std::string_view target) {
  if (!is_target(type, target))
    report(node, IssueType::value, {name_of(node), " must not refer to a resource of this type"});
}

bool Walk::is_target(const TypeRef& type, std::string_view target) const {
  if (type.target_profiles.empty()) return true;
  return std::any_of(type.target_profiles.begin(), type.target_profiles.end(),
                     [&](std::string_view profile) {
                       const std::string_view allowed = type_of_profile(profile);
                       if (allowed == target || allowed == "Resource") return true;
                       const TypeSchema* allowed_type = parts_.definitions.type(allowed);
                       return allowed_type == nullptr ||  // a profile of whatever type
                              allowed_type->is_abstract;
                     });
}

/// Whether the base definition lets the reference point to a resource of that type.
bool Walk::is_target_of_base(const Node& node, const Element& target) const {
  const ElementSchema* element = node.element.definition;
  if (element == nullptr || target.type == nullptr) return true;
  return std::all_of(element->types.begin(), element->types.end(), [&](const TypeRef& type) {
    return type.type != node.element.type || is_target(type, target.type->name);
  });
}

Element Walk::find_target(const ParsedReference& reference, std::string_view text,
                          const Scope& scope) {
  if (reference.form == ReferenceForm::contained) {
    const Element& root = scope.root->resource;
    if (reference.id.empty()) return root;
    const ContainedIndex& contained = contained_of(*root.value);
    const auto found = contained.find(reference.id);
    return found != contained.end() ? root_element(*found->second, parts_.definitions) : Element{};
  }
  for (const Scope* bundle = scope.bundle; bundle != nullptr;
       bundle = bundle->parent != nullptr ? bundle->parent->bundle : nullptr) {
    const json::Value* found = index_of(*bundle).find(reference, text, scope.full_url);
    if (found != nullptr) return root_element(*found, parts_.definitions);
  }
  return {};
}

const BundleIndex& Walk::index_of(const Scope& bundle) {
  const json::Value* value = bundle.resource.value;
  const auto found = bundle_indexes_.find(value);
  if (found != bundle_indexes_.end()) return found->second;
  return bundle_indexes_.emplace(value, BundleIndex(*value)).first->second;
}

std::optional<Element> DocumentResolver::resolve(std::string_view text) {
  const ParsedReference reference = parse_reference(text, walk_.parts_.definitions);
  const Element found = walk_.find_target(reference, text, scope_);
  if (found.value != nullptr) return found;
  // Elsewhere, but of a type that the reference names.
  const TypeSchema* type =
      reference.type.empty() ? nullptr : walk_.parts_.definitions.type(reference.type);
  if (type == nullptr) return std::nullopt;
  return Element{nullptr, nullptr, nullptr, type};
}

}  // namespace fhir::validation
