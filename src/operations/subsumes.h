// CodeSystem/$subsumes: how two codes of one system stand to each other.
// https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
#pragma once

#include "src/operations/operation.h"

namespace server::operations {

/// errors   required: a code or the system is missing · not-found: no such system, or no such code
/// in
///          it · not-supported: the system is known but not held · invalid: two systems
fhir::Result<std::string> subsumes(const Invocation& invocation);

}  // namespace server::operations
