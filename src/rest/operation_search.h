// Searches that an operation makes by itself: all matches, page by page, within a limit.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "src/rest/context.h"

namespace server::rest {

/// Calls `visit` for every match of a query, in its order, until it returns false.
///
/// query    pages through it: its cursor and count are changed
/// errors   of the search · too-costly: there are more than `matches_max`
fhir::Result<void, Failure> for_each_match(storage::Reader& reader, search::Query& query,
                                           std::size_t matches_max,
                                           const std::function<bool(storage::Version&)>& visit);

}  // namespace server::rest
