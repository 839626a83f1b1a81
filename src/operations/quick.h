// Which questions about codes are answered on the spot: those about what lies in memory, in the
// plain words that most clients use. What else there is, a worker answers.
#pragma once

#include "src/operations/operation.h"

namespace server::operations {

/// See Operation::is_quick. Each is true only when the answer asks for nothing that has yet to be
/// read, is not of many parts, and waits for no lock.
bool is_quick_lookup(const Invocation& invocation);
bool is_quick_subsumes(const Invocation& invocation);
bool is_quick_validation_in_system(const Invocation& invocation);
bool is_quick_validation_in_set(const Invocation& invocation);
bool is_quick_translation(const Invocation& invocation);

}  // namespace server::operations
