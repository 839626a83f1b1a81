// Puts what a token allows into a query, so that matches, counts, pages, chains and `_has` see
// nothing else.
#pragma once

#include "fhir/base/result.h"
#include "src/access/access.h"
#include "src/search/query.h"

namespace server::access {

using policy::copy_of;

/// What is told of what may not be done to a type, and whether by the scopes or by the role: who
/// asks may know of both. Of data it tells nothing.
///
/// doing   `read`, `create`
/// type    of FHIR
std::string not_allowed(std::string_view doing, std::string_view type, Rights rights,
                        const Access& access);

/// The failure of what the scopes or the role do not allow.
fhir::Unexpected<fhir::Issue> forbidden(std::string diagnostics);

/// Whether an include is of any type's references: `*`, by whichever of its spellings.
bool is_of_any_type(const search::Include& include);

/// A query that finds what `query` finds among the resources that may be searched. In a search of
/// several types those are left out that may not be; includes stay, and are judged when they are
/// found.
///
/// errors   forbidden (403): the type, or one that a chain leads to, may not be searched; or the
///          query asks what cannot be held to a limit
fhir::Result<search::Query> guarded(const search::Query& query, const Access& access);

}  // namespace server::access
