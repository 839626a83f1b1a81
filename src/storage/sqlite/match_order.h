// The order of a search's matches, told outside of SQL: where those of several statements meet.
// https://hl7.org/fhir/R4/search.html#sort
#pragma once

#include <cstdint>
#include <vector>

#include "src/search/query.h"
#include "src/storage/sql/sql_text.h"

namespace server::storage::sqlite {

/// A match by what it is sorted by; refers to both.
struct MatchPlace {
  const std::vector<sql::Value>& keys;  // one per sort key of the query
  std::int64_t rid;
};

/// In the order that the query asks for.
bool is_before(const search::Query& query, const MatchPlace& a, const MatchPlace& b);

}  // namespace server::storage::sqlite
