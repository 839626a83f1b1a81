// Where a page of a search begins: opaque text for clients, a key of the sort order inside.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"
#include "src/search/query.h"
#include "src/security/seal.h"
#include "src/storage/sql/sql_text.h"

namespace server::storage::sql {

/// The last row of the page before, and the newest resource there was at the first page: what came
/// after it does not appear midway.
struct Cursor {
  std::int64_t newest_rid = 0;
  std::int64_t rid = 0;
  std::vector<Value> keys;     // one per sort key of the query
  std::uint32_t returned = 0;  // matches on the pages before, where the query limits them all
  // Of the first page: superseded versions that there were, and the time of the newest version.
  std::int64_t changes = 0;
  std::int64_t time = 0;
};

/// Sealed, as the keys are patients' data, and bound to the query's type and sort order.
std::string encode(const Cursor& cursor, const search::Query& query, const security::Seal& seal);

/// errors   invalid: not made by encode() for such a query
fhir::Result<Cursor> decode(std::string_view text, const search::Query& query,
                            const security::Seal& seal);

}  // namespace server::storage::sql
