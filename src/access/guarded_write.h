// Holds writes to what a token allows in part.
#pragma once

#include "fhir/base/result.h"
#include "src/access/access.h"
#include "src/storage/store.h"

namespace server::access {

/// Puts the limits of the token into a write, where they are judged in its transaction.
///
/// - What may be created in part must match the limit once it is written.
/// - What may be updated, patched or deleted in part must be there and match before; what becomes
///   of it must match after. A resource that does not match is as if it was not there, and with
///   such a token an update makes nothing under an id that its client chose: whether a resource
///   stands there that the token does not see is told by neither.
/// - A condition that nothing may match is judged by what the token finds.
///
/// errors   forbidden (403): nothing of the kind is allowed
fhir::Result<void> hold_to_limits(storage::Write& write, const Access& access);

/// Puts what patients hold back from the token into a write whose body is made.
void hold_to_bound(storage::Write& write, const Access& access);

}  // namespace server::access
