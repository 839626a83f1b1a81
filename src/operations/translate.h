// ConceptMap/$translate: a code's counterparts.
// https://hl7.org/fhir/R4/conceptmap-operation-translate.html
#pragma once

#include "src/operations/operation.h"

namespace server::operations {

/// errors   required: nothing to translate · not-found: no such concept map · invalid: several ways
///          to say what to translate · value: reverse is not a boolean
fhir::Result<std::string> translate(const Invocation& invocation);

}  // namespace server::operations
