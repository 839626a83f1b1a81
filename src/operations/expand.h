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

/// The same; what has many codes of one code system is made piece by piece, and may be longer.
///
/// errors    those of expand, and transient
fhir::Result<Reply> expand_in_pieces(const Invocation& invocation);

}  // namespace server::operations
