// CodeSystem/$validate-code and ValueSet/$validate-code: whether a code is right.
// https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html
#pragma once

#include "src/operations/operation.h"

namespace server::operations {

/// errors   required: nothing to validate, or no code system · not-found: no such code system ·
///          not-supported: it is not held, or only a part of it
fhir::Result<std::string> validate_code_of_code_system(const Invocation& invocation);

/// errors   required: nothing to validate, or no value set · not-found: no such value set ·
///          not-supported: something that it draws on is not held
fhir::Result<std::string> validate_code_of_value_set(const Invocation& invocation);

}  // namespace server::operations
