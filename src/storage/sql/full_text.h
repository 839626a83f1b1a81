// `_text` and `_content` as a match of the full text index, and their relevance.
// https://hl7.org/fhir/R4/search.html#text https://sqlite.org/fts5.html
#pragma once

#include <span>
#include <string>

#include "src/search/query.h"
#include "src/storage/sql/sql_text.h"

namespace server::storage::sql {

/// The expression that a criterion, or a combination of such, is for the index; empty where it is
/// none: of something else, or only of what is not to be there.
std::string match_of(const search::Criterion& criterion);

/// What the matches of a query are ranked by: all of its criteria that have a match; empty: none.
std::string match_of(std::span<const search::Criterion> criteria);

/// SELECT of the resources that match: rid, and how relevant each is, above 0 and without a limit.
SqlText ranked(const std::string& match);

}  // namespace server::storage::sql
