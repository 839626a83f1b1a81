// A resource: at the top, in an entry of a Bundle or Parameters, or contained.
// https://hl7.org/fhir/R4/resource.html https://hl7.org/fhir/R4/references.html#contained
#include <algorithm>
#include <string>

#include "fhir/validation/walk.h"

namespace fhir::validation {

void Walk::run(const json::Value& resource, std::string_view prefix) {
  Path path;
  path.name = !prefix.empty() ? prefix : resource.string_at("resourceType");
  const bool is_named = !prefix.empty() || parts_.definitions.type(path.name) != nullptr;
  if (!is_named) path.name = {};
  check_resource(resource, nullptr, path, nullptr, Place::root, {});
  report_displays();
  if (is_cut_short_) {
    reported_ = 0;
    report(Severity::information, IssueType::too_costly, path, resource.offset(),
           {"More was found than is reported"});
  }
}

void Walk::check_resource(const json::Value& value, const TypeSchema* expected, const Path& path,
                          const Scope* parent, Place place, std::string_view full_url) {
  const auto refuse = [&](std::string_view text) {
    report(Severity::error, IssueType::structure, path, value.offset(), {text});
  };
  if (!value.is_object()) return refuse("A resource must be a JSON object");
  const json::Value* name = value.find("resourceType");
  if (name == nullptr || !name->is_string()) {
    const auto& asked = options_.profiles;
    const auto model = std::find_if(asked.begin(), asked.end(),
                                    [&](const auto& profile) { return is_logical_model(profile); });
    if (place == Place::root && model != asked.end()) return refuse_model(*model, path, value);
    return refuse("A resource must name its resourceType");
  }
  const TypeSchema* type = parts_.definitions.type(name->string());
  if (type == nullptr || type->kind != TypeKind::resource || type->is_abstract)
    return refuse("resourceType does not name a resource type of FHIR R4");
  const TypePlan* plan = parts_.plans.of(type);
  if (plan == nullptr) return refuse("resourceType does not name a resource type of FHIR R4");
  if (expected != nullptr && !type->is_a(expected))
    return refuse("This resource type is not allowed here");

  Path here = path;
  if (place != Place::root) here.resource = &value;
  Scope scope;
  scope.resource = Element{&value, nullptr, nullptr, type};
  scope.path = &here;
  scope.parent = parent;
  scope.root = place == Place::contained && parent != nullptr ? parent->root : &scope;
  scope.bundle = type == bundle_type_ ? &scope : parent != nullptr ? parent->bundle : nullptr;
  scope.full_url = full_url.empty() && parent != nullptr ? parent->full_url : full_url;

  const Node node{scope.resource, &here, &scope, nullptr};
  check_members(node, value, *plan);
  if (value.find("contained") != nullptr) check_contained(scope);
  check_profiles(node, place == Place::root);
  if (plan->special == Special::bundle) check_bundle(node);
  if (plan->rule != nullptr) check_rule(node, plan->rule);
  if (options_.for_publication && place == Place::root) check_publication(node);
  if (!plan->constraints.empty()) check_invariants(node, plan->constraints);
}

void Walk::check_rule(const Node& node, ResourceRule rule) {
  rule({parts_.definitions, parts_.terminology, *node.element.value, *node.path,
        [this](Severity severity, IssueType type, const Path& path, const json::Value& at,
               std::string_view text) { report(severity, type, path, at.offset(), {text}); }});
}

/// What HL7 publishes tells the committee that owns it: a rule of HL7's, not of R4.
void Walk::check_publication(const Node& node) {
  constexpr std::string_view k_committee =
      "http://hl7.org/fhir/StructureDefinition/structuredefinition-wg";
  const json::Value& resource = *node.element.value;
  const std::string_view url = resource.string_at("url");
  if (!url.starts_with("http://hl7.org/") && !url.starts_with("http://terminology.hl7.org/"))
    return;
  const auto extensions = items_of(resource, "extension");
  if (std::none_of(extensions.begin(), extensions.end(), [&](const json::Value& extension) {
        return extension.string_at("url") == k_committee;
      }))
    report(node, IssueType::business_rule,
           {"A resource that HL7 publishes names the committee that owns it, by the extension ",
            k_committee});
}

const ContainedIndex& Walk::contained_of(const json::Value& resource) {
  const auto [place, is_new] = contained_indexes_.try_emplace(&resource);
  const json::Value* contained = is_new ? resource.find("contained") : nullptr;
  if (contained != nullptr) {
    for (const json::Value& item : contained->items())
      place->second.emplace(item.string_at("id"), &item);
  }
  return place->second;
}

void Walk::note_fragment(const Scope& scope, std::string_view text) {
  if (text == "#") fragments_.insert(scope.resource.value, text);
  fragments_.insert(scope.root->resource.value, text);
}

/// Called after the walk through the resource, when all its fragments are known.
void Walk::check_contained(const Scope& scope) {
  const json::Value& container = *scope.resource.value;
  const auto items = container.find("contained")->items();
  const ContainedIndex& by_id = contained_of(container);
  std::string fragment;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].is_object()) continue;
    const std::string_view id = items[i].string_at("id");
    const Path path{scope.path, "contained", static_cast<std::int64_t>(i)};
    const auto refuse = [&](IssueType type, std::string_view text, std::string_view rule = {}) {
      report(Severity::error, type, path, items[i].offset(), {text}, rule);
    };
    if (id.empty()) {
      refuse(IssueType::required, "A contained resource must have an id");
      continue;
    }
    if (by_id.at(id) != &items[i])
      refuse(IssueType::duplicate, "Two contained resources have the same id");
    fragment.assign("#").append(id);
    if (!fragments_.contains(&container, fragment) && !fragments_.contains(&items[i], "#"))
      refuse(
          IssueType::invariant,
          "The contained resource is not referred to, and does not refer to its container (dom-3)",
          "dom-3");
  }
}

bool Walk::is_first(std::string_view thing) {
  return hush_ == nullptr && noted_.insert(thing).second;
}

}  // namespace fhir::validation
