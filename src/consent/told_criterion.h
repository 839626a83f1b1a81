// What tells of others' resources, as a search criterion: a Provenance of what is withheld would
// tell that it is there, who made it and when. https://hl7.org/fhir/R4/provenance.html
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "src/search/query.h"

namespace server::consent {

/// Criteria any of which a resource of the type matches when it is withheld.
using WithheldOfType = std::function<std::vector<search::Criterion>(std::string_view type)>;

/// Criteria any of which a resource of the type matches when it leads to a resource that is
/// withheld; none for types that tell of no others (access::leading_parameters).
///
/// targets   types of resources that it may lead to, each once
std::vector<search::Criterion> tells_of(std::string_view type,
                                        const std::vector<std::string_view>& targets,
                                        const WithheldOfType& withheld,
                                        const fhir::DefinitionStore& definitions);

/// Types of what may be of a patient.
std::vector<std::string_view> types_of_patients(const fhir::DefinitionStore& definitions);

/// Such criteria for what names no patient and leads to what is not there: of whom that was no
/// index tells any more.
std::vector<search::Criterion> tells_of_nobody_known(std::string_view type,
                                                     const fhir::DefinitionStore& definitions);

}  // namespace server::consent
