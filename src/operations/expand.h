// ValueSet/$expand: the codes of a value set.
// https://hl7.org/fhir/R4/valueset-operation-expand.html
#pragma once

#include "src/operations/operation.h"

namespace server::operations {

/// returns   a ValueSet with an expansion
/// errors    required: no value set · not-found: no such value set · not-supported: something it
///           draws on is not held, or a parameter is not served · value: a wrong number or boolean
///           · too-costly: too many codes
fhir::Result<std::string> expand(const Invocation& invocation);

}  // namespace server::operations
