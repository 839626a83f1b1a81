// $validate: what the validator finds, as an OperationOutcome; nothing is stored.
// https://hl7.org/fhir/R4/resource-operation-validate.html
#pragma once

#include "src/operations/operation.h"

namespace server::operations {

/// errors   required: no resource to judge · not-supported: a mode that needs none
fhir::Result<std::string> validate(const Invocation& invocation);

}  // namespace server::operations
