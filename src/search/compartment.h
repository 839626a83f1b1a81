// The resources of a compartment, as a criterion on one type of them.
// https://hl7.org/fhir/R4/compartmentdefinition.html
#pragma once

#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "src/search/query.h"

namespace server::search {

/// What resources of `resource_type` must match to be in the compartment of `code`/`id`: one of the
/// parameters that the compartment names leads to it.
///
/// code       Patient, Encounter, RelatedPerson, Practitioner, Device
/// errors     not-found: there is no such compartment, or it never holds the type
fhir::Result<Criterion> compartment_criterion(std::string_view code, std::string_view id,
                                              std::string_view resource_type,
                                              const fhir::DefinitionStore& definitions);

/// The types that may be in the compartment; empty when there is no such compartment.
std::vector<std::string_view> compartment_types(std::string_view code,
                                                const fhir::DefinitionStore& definitions);

}  // namespace server::search
