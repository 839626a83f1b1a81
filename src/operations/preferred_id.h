// https://hl7.org/fhir/R4/namingsystem-operation-preferred-id.html
#pragma once

#include "src/operations/operation.h"

namespace server::operations {

/// NamingSystem/$preferred-id: another identifier of the same system, of the type that is asked
/// for.
fhir::Result<std::string> preferred_id(const Invocation& invocation);

}  // namespace server::operations
