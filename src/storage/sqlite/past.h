// Resources as they were when a search began: what has changed since then is judged by the version
// of then, so that the pages of a search are those of one moment.
// https://hl7.org/fhir/R4/http.html#paging
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "src/search/query.h"
#include "src/storage/sql/cursor.h"
#include "src/storage/sqlite/catalog.h"
#include "src/storage/store.h"

namespace server::storage::sqlite {

class Names;

// Of one type, on the way of one page: each is read and indexed again, 0.1 ms.
inline constexpr std::size_t k_changes_max = 5'000;
inline constexpr std::size_t k_changed_bytes_max = 64'000'000;  // of their bodies

/// A connection of its own whose tables of the schema are hidden by views of the same names: there
/// the rows of the resources that changed stand for those of now. So the statements of any search
/// look into the past without knowing. Belongs to one reader's connection, used by one thread.
class Past {
 public:
  struct Found {
    std::int64_t rid = 0;
    std::vector<sql::Value> keys;
    Version version;
  };

  static fhir::Result<std::unique_ptr<Past>> open(Connection& present);

  /// What matched at the first page and has changed since, behind the cursor, in the order of the
  /// query, `limit` at most.
  ///
  /// query      of one type
  /// index_of   makes the index rows of a body
  /// greatest   no resource behind this rid is of interest
  /// errors     too-costly: more than k_changes_max changed, or k_changed_bytes_max
  fhir::Result<std::vector<Found>> find(const search::Query& query, const search::IndexOf& index_of,
                                        const sql::Cursor& cursor, std::int64_t greatest,
                                        std::uint32_t limit, sql::Catalog& catalog,
                                        const Dictionary& dictionary);

 private:
  Past(Connection& present, std::unique_ptr<Connection> connection)
      : present_(present), connection_(std::move(connection)) {}

  fhir::Result<void> read_versions(std::int64_t type, const sql::Cursor& cursor, std::int64_t first,
                                   std::int64_t last);
  fhir::Result<void> fill(std::int64_t type, const search::IndexOf& index_of, Names& names);
  fhir::Result<void> judge(const search::Query& query, const sql::Cursor& cursor,
                           std::uint32_t limit, Names& names, std::vector<Found>& found);

  Connection& present_;
  std::unique_ptr<Connection> connection_;
  std::deque<Found> versions_;  // that were current then, by rid
};

}  // namespace server::storage::sqlite
