// A condition of a consent as a search criterion on the resources of a type.
// https://hl7.org/fhir/R4/compartmentdefinition-patient.html
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "src/consent/condition.h"
#include "src/search/query.h"
#include "src/search/resource_set.h"

namespace server::consent {

/// Either a truth about all resources of the type, or what one must match.
struct Compiled {
  std::optional<bool> constant;
  search::Criterion criterion;  // without a constant
};

Compiled compile(const Condition& condition, std::string_view type,
                 const fhir::DefinitionStore& definitions);

/// Whether a resource of the type can be about a patient.
bool is_about_patients(std::string_view type, const fhir::DefinitionStore& definitions);

/// What is in the compartment of one of the patients meant; where there is no compartment for the
/// type, what names one of them as its patient. Nothing for a type that is about none.
///
/// except   ids that are not meant
std::optional<search::Criterion> about(std::shared_ptr<const search::ResourceSet> patients,
                                       const std::vector<std::string>& except,
                                       std::string_view type,
                                       const fhir::DefinitionStore& definitions);

search::Criterion combined(search::Combination combination, std::vector<search::Criterion> parts);

}  // namespace server::consent
