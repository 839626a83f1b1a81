// $fhirpath: evaluates an expression over a resource, as the engines of FHIRPath Lab do.
// https://github.com/brianpos/fhirpath-lab/blob/develop/server-api.md
#pragma once

#include "src/operations/operation.h"

namespace server::operations {

/// In: expression, resource (or an extension that holds it as JSON or XML), context, variables.
/// Out: what was asked with the parse tree and what analysis finds, whether `validate` asks for it
/// or not, then one `result` for each item of the context. `terminologyserver` is passed over: this
/// server is one.
///
/// errors   required: no expression · of reading the resource, of the expression and its evaluation
fhir::Result<std::string> fhirpath(const Invocation& invocation);

}  // namespace server::operations
