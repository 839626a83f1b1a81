// References between the resources of one Parameters. R4 does not ask that they lead to another of
// them; whoever says that the Parameters is all there is does.
// https://hl7.org/fhir/R4/parameters.html
#include <string>

#include "fhir/validation/walk.h"

namespace fhir::validation {
namespace {

std::string type_and_id(std::string_view type, std::string_view id) {
  return std::string(type).append("/").append(id);
}

/// Those of a Parameters or of a parameter's parts.
void add_resources(const json::Value& holder, std::string_view list, ParametersIndex& index) {
  const json::Value* parameters = holder.find(list);
  if (parameters == nullptr) return;
  for (const json::Value& parameter : parameters->items()) {
    add_resources(parameter, "part", index);
    const json::Value* resource = parameter.find("resource");
    if (resource == nullptr) continue;
    const std::string_view id = resource->string_at("id");
    if (!id.empty()) index.insert(type_and_id(resource->string_at("resourceType"), id));
  }
}

const Scope* parameters_around(const Scope& scope) {
  for (const Scope* around = scope.parent; around != nullptr; around = around->parent) {
    if (around->resource.type->name == "Parameters") return around;
  }
  return nullptr;
}

}  // namespace

const ParametersIndex& Walk::index_of_parameters(const json::Value& parameters) {
  const auto [place, is_new] = parameters_indexes_.try_emplace(&parameters);
  if (is_new) add_resources(parameters, "parameter", place->second);
  return place->second;
}

void Walk::check_within_parameters(const Node& node, const ParsedReference& reference) {
  // In a Bundle the entries and their fullUrls decide.
  if (node.scope->bundle != nullptr) return;
  const Scope* parameters = parameters_around(*node.scope);
  if (parameters == nullptr) return;
  const ParametersIndex& index = index_of_parameters(*parameters->resource.value);
  if (!index.contains(type_and_id(reference.type, reference.id)))
    report(node, IssueType::not_found,
           {name_of(node), " refers to a resource that the Parameters does not hold"});
}

}  // namespace fhir::validation
