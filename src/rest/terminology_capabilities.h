// What this server knows of terminology, as a resource.
// https://hl7.org/fhir/R4/terminologycapabilities.html
#pragma once

#include <string>

#include "src/rest/context.h"
#include "terminology/terminology.h"

namespace server::rest {

/// The TerminologyCapabilities as JSON: every code system of the definitions and of what was
/// loaded, and what the terminology operations take.
std::string terminology_capabilities(const Options& options,
                                     const terminology::Terminology& terminology,
                                     std::int64_t date);

}  // namespace server::rest
