// $validate: what the validator finds, as an OperationOutcome; nothing is stored.
// https://hl7.org/fhir/R4/resource-operation-validate.html
#pragma once

#include "src/operations/operation.h"

namespace server::operations {

/// Parameters `resource`, `mode` (create, update, delete, profile) and `profile` (a canonical, or
/// `StructureDefinition/[id]` of this server). An instance without a resource is judged as stored.
///
/// errors   required: no resource to judge, or no profile · invalid, value: a mode that does not
///          fit · not-found: the profile, or the stored resource · deleted
fhir::Result<std::string> validate(const Invocation& invocation);

}  // namespace server::operations
