// https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html
#pragma once

#include "src/operations/operation.h"

namespace server::operations {

/// CodeSystem/$validate-code: whether a code is in a code system.
fhir::Result<std::string> validate_code_of_code_system(const Invocation& invocation);

/// ValueSet/$validate-code: whether a code, a Coding or a CodeableConcept is in a value set.
fhir::Result<std::string> validate_code_of_value_set(const Invocation& invocation);

/// Many of them in one request: each `validation` is a Parameters with what differs from the
/// request's own parameters, and is answered by a Parameters, or an OperationOutcome.
/// https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/
fhir::Result<std::string> batch_validate_code_of_code_system(const Invocation& invocation);
fhir::Result<std::string> batch_validate_code_of_value_set(const Invocation& invocation);

}  // namespace server::operations
