// A search with `_sort` over what is stored and what is held: two sorted lists become one, a page
// at a time. https://hl7.org/fhir/R4/search.html#sort
#pragma once

#include <vector>

#include "src/rest/held/held_resources.h"
#include "src/search/query.h"
#include "src/storage/store.h"

namespace server::rest {

/// One page. A cursor says how many of those held came before, and where the store goes on.
///
/// held     all that the query finds of it, in any order
/// errors   those of the store's search · invalid: a cursor that is none of these
fhir::Result<storage::Page> sorted_search(storage::Reader& stored, const HeldResources& resources,
                                          std::vector<storage::Version> held,
                                          const search::Query& query);

}  // namespace server::rest
