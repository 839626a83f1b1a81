// https://hl7.org/fhir/R4/codesystem-operation-find-matches.html
#pragma once

#include "src/operations/operation.h"

namespace server::operations {

/// CodeSystem/$find-matches: the codes that have given properties.
fhir::Result<std::string> find_matches(const Invocation& invocation);

}  // namespace server::operations
