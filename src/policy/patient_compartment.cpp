#include "src/policy/patient_compartment.h"

#include <utility>

#include "src/search/compartment.h"

namespace server::policy {

using search::Criterion;

Criterion by_id(const fhir::DefinitionStore& definitions, std::string_view type,
                std::string_view id) {
  Criterion criterion;
  criterion.parameter = definitions.search_parameter(type, "_id");
  criterion.alternatives.emplace_back();
  criterion.alternatives.back().code = id;
  return criterion;
}

std::optional<Criterion> of_patient(std::string_view type, std::string_view patient,
                                    const fhir::DefinitionStore& definitions) {
  if (patient.empty() || type == "Group") return std::nullopt;
  if (type == "Patient") return by_id(definitions, "Patient", patient);
  if (auto compartment = search::compartment_criterion("Patient", patient, type, definitions))
    return *std::move(compartment);
  const fhir::SearchParameter* parameter = definitions.search_parameter(type, "patient");
  if (parameter == nullptr || parameter->type != fhir::SearchParameterType::reference)
    return std::nullopt;
  Criterion criterion;
  criterion.parameter = parameter;
  criterion.alternatives.emplace_back();
  criterion.alternatives.back().type = "Patient";
  criterion.alternatives.back().id = patient;
  return criterion;
}

}  // namespace server::policy
