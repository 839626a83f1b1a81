// CodeSystem/$lookup: what is known of a code.
// https://hl7.org/fhir/R4/codesystem-operation-lookup.html
#pragma once

#include "src/operations/operation.h"

namespace server::operations {

/// errors   required: no code · not-found: no such system, or no such code in it · not-supported:
/// the
///          system is known but not held
fhir::Result<std::string> lookup(const Invocation& invocation);

}  // namespace server::operations
