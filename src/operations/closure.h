// https://hl7.org/fhir/R4/conceptmap-operation-closure.html
#pragma once

#include "src/operations/operation.h"

namespace server::operations {

/// $closure: keeps a table of which codes subsume which, for a client that names it. The codes of
/// a table are a note of the store; what follows from them is found when it is asked for.
fhir::Result<std::string> closure(const Invocation& invocation);

}  // namespace server::operations
