#include "src/search/compartment.h"

#include <algorithm>

namespace server::search {
namespace {

const fhir::Compartment* find(std::string_view code, const fhir::DefinitionStore& definitions) {
  for (const fhir::Compartment& compartment : definitions.compartments()) {
    if (compartment.code == code) return &compartment;
  }
  return nullptr;
}

fhir::Unexpected<fhir::Issue> not_found(std::string diagnostics) {
  return fhir::unexpected(fhir::make_issue(fhir::Situation::not_found, fhir::IssueType::not_found,
                                           std::move(diagnostics)));
}

}  // namespace

fhir::Result<Criterion> compartment_criterion(std::string_view code, std::string_view id,
                                              std::string_view resource_type,
                                              const fhir::DefinitionStore& definitions) {
  const fhir::Compartment* compartment = find(code, definitions);
  if (compartment == nullptr) return not_found(std::string(code) + " has no compartment");
  Criterion any;
  any.combination = Combination::any;
  for (const auto& entry : compartment->entries) {
    if (entry.resource_type != resource_type) continue;
    for (const std::string_view name : entry.parameters) {
      Criterion criterion;
      Operand operand;
      if (name == "{def}") {
        if (resource_type != code) continue;
        criterion.parameter = definitions.search_parameter(resource_type, "_id");
        operand.code = id;
      } else {
        criterion.parameter = definitions.search_parameter(resource_type, name);
        operand.type = code;
        operand.id = id;
      }
      const bool is_usable =
          criterion.parameter != nullptr &&
          (name == "{def}" || criterion.parameter->type == fhir::SearchParameterType::reference);
      if (!is_usable) continue;
      criterion.alternatives.push_back(std::move(operand));
      any.parts.push_back(std::move(criterion));
    }
  }
  if (any.parts.empty()) {
    return not_found("No " + std::string(resource_type) + " is in the compartment of a " +
                     std::string(code));
  }
  return any;
}

std::vector<std::string_view> compartment_types(std::string_view code,
                                                const fhir::DefinitionStore& definitions) {
  std::vector<std::string_view> types;
  const fhir::Compartment* compartment = find(code, definitions);
  if (compartment == nullptr) return types;
  for (const auto& entry : compartment->entries) {
    if (!entry.parameters.empty()) types.push_back(entry.resource_type);
  }
  return types;
}

}  // namespace server::search
