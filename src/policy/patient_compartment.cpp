#include "src/policy/patient_compartment.h"

#include <memory>
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

namespace {

/// Matches resources of the type whose parameter `patient` leads to the patient.
std::optional<Criterion> by_patient(std::string_view type, std::string_view patient,
                                    const fhir::DefinitionStore& definitions) {
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

/// What tells of a patient's record is of the patient too, though it names no patient: the usual
/// Provenance has the one resource as its target that it was written for. By one parameter for
/// each type: so few can be looked up from the patient.
void add_by_target(Criterion& any, std::string_view patient,
                   const fhir::DefinitionStore& definitions) {
  const fhir::SearchParameter* target = definitions.search_parameter("Provenance", "target");
  if (target == nullptr) return;
  auto types = search::compartment_types("Patient", definitions);
  types.push_back("Device");  // is of a patient, and R4's compartment leaves it out
  for (const std::string_view type : types) {
    if (type == "Patient" || type == "Provenance" || type == "Group") continue;
    auto of = by_patient(type, patient, definitions);
    if (!of) continue;
    Criterion chain;
    chain.parameter = target;
    chain.target_type = type;
    chain.chained = std::make_unique<Criterion>(*std::move(of));
    any.parts.push_back(std::move(chain));
  }
}

}  // namespace

std::optional<Criterion> of_patient(std::string_view type, std::string_view patient,
                                    const fhir::DefinitionStore& definitions, Reach reach) {
  if (patient.empty() || type == "Group") return std::nullopt;
  if (type == "Patient") return by_id(definitions, "Patient", patient);
  if (auto compartment = search::compartment_criterion("Patient", patient, type, definitions)) {
    if (type == "Provenance" && reach == Reach::told_of)
      add_by_target(*compartment, patient, definitions);
    return *std::move(compartment);
  }
  return by_patient(type, patient, definitions);
}

}  // namespace server::policy
