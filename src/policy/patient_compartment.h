// What is of one patient. https://hl7.org/fhir/R4/compartmentdefinition-patient.html
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "fhir/definitions/definition_store.h"
#include "src/search/query.h"

namespace server::policy {

/// Whether of a patient is what names the patient, or a Provenance of that as well. Consents are
/// found by the patients that a resource names: whom they bind has the first.
enum class Reach : std::uint8_t { named, told_of };

/// What a resource of the type must match to be of the patient; nothing when none can be.
///
/// A Group is in the compartment of each of its members, and names the others: it is not shown.
/// Other patients' records that link to this one are not this one's.
std::optional<search::Criterion> of_patient(std::string_view type, std::string_view patient,
                                            const fhir::DefinitionStore& definitions,
                                            Reach reach = Reach::named);

/// Whether the resource's id is that one.
search::Criterion by_id(const fhir::DefinitionStore& definitions, std::string_view type,
                        std::string_view id);

}  // namespace server::policy
