// What a page of a search owes to references that name a version.
// https://hl7.org/fhir/R4/search.html#versions
#pragma once

#include "src/rest/context.h"

namespace server::rest {

/// "If a resource has a reference that is versioned and _include is performed, the specified
/// version SHOULD be provided": it takes the place of the current one, or stands beside it where
/// another reference means that. "Where a search does not act on the referenced version, search
/// results SHOULD contain a OperationOutcome with a warning": chains do not, and say so.
///
/// query      gets the warning
/// page       gets the versions; those that are gone, or may not be read, are left out
fhir::Result<void, Failure> follow_versions(storage::Reader& reader, const Call& call,
                                            search::Query& query, storage::Page& page);

}  // namespace server::rest
