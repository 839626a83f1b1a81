// What this server knows of terminology, as a resource.
// https://hl7.org/fhir/R4/terminologycapabilities.html
#pragma once

#include <string>

#include "fhir/definitions/definition_store.h"
#include "src/rest/context.h"

namespace server::rest {

/// The TerminologyCapabilities as JSON: every code system of the definitions, and what the
/// terminology operations take.
std::string terminology_capabilities(const Options& options,
                                     const fhir::DefinitionStore& definitions, std::int64_t date);

}  // namespace server::rest
