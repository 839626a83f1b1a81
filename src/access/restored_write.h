// Gives back to an update what its client could not see.
#pragma once

#include "fhir/base/result.h"
#include "src/access/access.h"
#include "src/storage/store.h"

namespace server::access {

/// Puts the elements that the role does not see from the current version into the new one, and
/// takes away the labels that told of them. Items of a list some of whose parts are not seen are
/// told apart by the parts that are, then by their place.
///
/// current   null: nothing stands there
/// errors    forbidden (403): the client sends an element that it does not see — whether it is what
///           stands there or not — or the items of a list cannot be told apart
fhir::Result<void> restore(storage::Write& write, const storage::Version* current,
                           const Access& access);

/// Whether the role may write resources of the type only by way of restore().
bool needs_restoring(const storage::Write& write, const Access& access);

}  // namespace server::access
