// Resources as they were when a search began: what has changed since then is judged by the version
// of then, so that the pages of a search are those of one moment.
// https://hl7.org/fhir/R4/http.html#paging
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "src/search/query.h"
#include "src/storage/sql/cursor.h"
#include "src/storage/sqlite/catalog.h"
#include "src/storage/store.h"

namespace server::storage::sqlite {

class Names;

// Of one type, or containing others, on the way of one page: each is read and indexed again, 0.1
// ms.
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
    // Of a contained resource: the version is its container's.
    std::int64_t container = 0;
    std::string contained_id;
    std::int64_t type = 0;  // of the version
    bool is_found = false;  // a match of it was found
  };

  /// Of which resources the past is of interest.
  struct Range {
    std::int64_t last = 0;                      // no rid behind it
    bool is_narrow = false;                     // it has about as many resources as a page
    bool may_end_early = false;                 // when too many have changed; else that is an error
    std::optional<std::int64_t> ended_at = {};  // out: nothing behind this rid was looked at
  };

  static fhir::Result<std::unique_ptr<Past>> open(Connection& present);

  /// What matched at the first page and has changed since, behind the cursor, in the order of the
  /// query, `limit` at most.
  ///
  /// query      of one type
  /// index_of   makes the index rows of a body
  /// errors     too-costly: more than k_changes_max changed, or k_changed_bytes_max
  fhir::Result<std::vector<Found>> find(const search::Query& query, const search::IndexOf& index_of,
                                        const sql::Cursor& cursor, Range& range,
                                        std::uint32_t limit, sql::Catalog& catalog,
                                        const Dictionary& dictionary);

 private:
  Past(Connection& present, std::unique_ptr<Connection> connection)
      : present_(present), connection_(std::move(connection)) {}

  /// A contained resource as it was: of the version at `container` in versions_.
  struct Contained {
    std::size_t container;
    std::int64_t type;
    const search::ContainedRows* rows;
  };

  fhir::Result<void> read_versions(const sql::Cursor& cursor, std::optional<std::int64_t> type,
                                   std::int64_t first, Range& range);
  fhir::Result<void> insert(std::int64_t rid, std::int64_t type, const Version& version);
  fhir::Result<void> fill(std::int64_t type, const search::IndexOf& index_of, Names& names);
  fhir::Result<void> fill_contained(const search::IndexOf& index_of, std::int64_t newest_rid,
                                    const Dictionary& dictionary, Names& names);
  fhir::Result<void> hide_contained(std::int64_t container, std::int64_t type);
  fhir::Result<std::int64_t> contained_then(std::int64_t container, std::int64_t type,
                                            std::string_view local, std::int64_t newest_rid);
  fhir::Result<void> judge(const search::Query& query, const sql::Cursor& cursor,
                           std::uint32_t limit, Names& names, std::vector<Found>& found);
  Found found_whole(const search::Query& query, std::int64_t rid);
  std::optional<Found> found_contained(const search::Query& query, const sql::Cursor& cursor,
                                       std::int64_t rid, const std::vector<sql::Value>& keys);

  Connection& present_;
  std::unique_ptr<Connection> connection_;
  std::deque<Found> versions_;                   // that were current then, by rid
  std::deque<search::IndexRows> rows_;           // of them, where contained_ points to
  std::map<std::int64_t, Contained> contained_;  // in them, by rid
};

}  // namespace server::storage::sqlite
