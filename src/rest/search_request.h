// Search parameters of a request turned into a Query under this server's settings.
#pragma once

#include <span>

#include "src/rest/context.h"
#include "src/search/query_parser.h"

namespace server::rest {

/// Makes the index rows of stored bodies by the definitions of the call, which has to live as long.
search::IndexOf index_of(const Call& call);

fhir::Result<search::Query, Failure> parse_search(
    const Call& call, std::string_view type,
    std::span<const std::pair<std::string, std::string>> parameters, search::Handling handling);

/// The search that the call's path and these parameters ask for: of one type, of several
/// (`/?_type=…`), or within a compartment (`Patient/1/Observation`, `Patient/1/*`). Those without a
/// value are passed over.
fhir::Result<search::Query, Failure> parse_search_at(const Call& call, Parameters parameters,
                                                     search::Handling handling);

/// UTC milliseconds now.
std::int64_t now_utc_ms();

/// For whoever acts on what a search does not find.
///
/// errors   transient (503): an index that the search asks is still being built
fhir::Result<void, Failure> check_is_complete(const search::Query& query);

}  // namespace server::rest
