// What is of one patient. https://hl7.org/fhir/R4/compartmentdefinition-patient.html
#pragma once

#include <optional>
#include <string_view>

#include "fhir/definitions/definition_store.h"
#include "src/search/query.h"

namespace server::policy {

/// What a resource of the type must match to be of the patient; nothing when none can be.
///
/// A Group is in the compartment of each of its members, and names the others: it is not shown.
/// Other patients' records that link to this one are not this one's. A Provenance is also of the
/// patient when one of its targets is.
std::optional<search::Criterion> of_patient(std::string_view type, std::string_view patient,
                                            const fhir::DefinitionStore& definitions);

/// Whether the resource's id is that one.
search::Criterion by_id(const fhir::DefinitionStore& definitions, std::string_view type,
                        std::string_view id);

}  // namespace server::policy
