// _sort as SQL: the value of a key for one resource, and what comes after a cursor.
// https://hl7.org/fhir/R4/search.html#sort
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fhir/base/result.h"
#include "src/search/query.h"
#include "src/storage/sql/catalog.h"
#include "src/storage/sql/cursor.h"
#include "src/storage/sql/sql_text.h"

namespace server::storage::sql {

/// One key: ascending by a resource's least value, descending by its greatest; without a value
/// last.
struct SortColumn {
  std::string table;  // with the values; `resource` for _id and _lastUpdated; empty: nobody has one
  std::string column;
  std::int64_t param = 0;                      // 0 for `resource`
  std::optional<std::int64_t> without_system;  // rows of this system are no key
  std::string match;                           // of _score: the relevance of what matches
  bool of_whole_texts = false;                 // nor are rows for a part of a family name
  bool descending = false;

  bool is_of_resource() const { return table == "resource"; }
  /// The key of the resource `rid`, NULL when it has none.
  SqlText value(const std::string& rid, const std::string& alias) const;
};

/// errors   not-supported: a composite or special parameter
fhir::Result<std::vector<SortColumn>> sort_columns(Catalog& catalog, std::int64_t type,
                                                   const search::Query& query);

/// `k1, k2 …, rid` come after the cursor. Ties are broken by rid in the direction of the first key.
SqlText after_cursor(const std::vector<SortColumn>& columns, const Cursor& cursor,
                     const std::vector<std::string>& keys, const std::string& rid);

/// ORDER BY over the same names.
std::string order_by(const std::vector<SortColumn>& columns, const std::vector<std::string>& keys,
                     const std::string& rid);

}  // namespace server::storage::sql
