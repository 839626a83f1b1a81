// Runs searches on one connection.
#pragma once

#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "src/storage/sql/query_builder.h"
#include "src/storage/sqlite/catalog.h"
#include "src/storage/sqlite/match_order.h"
#include "src/storage/sqlite/past.h"
#include "src/storage/store.h"

namespace server::storage::sqlite {

inline constexpr std::size_t k_includes_max = 10'000;  // resources beside the matches of one page
inline constexpr int k_include_rounds_max = 8;         // of :iterate

/// Within the connection's transaction; made for one request.
class Searcher {
 public:
  Searcher(Connection& connection, sql::Catalog& catalog, const Dictionary& dictionary)
      : connection_(connection), catalog_(catalog), dictionary_(dictionary) {}

  fhir::Result<Page> search(const search::Query& query);
  fhir::Result<Moment> moment();
  fhir::Result<std::uint64_t> count(const search::Query& query);
  fhir::Result<bool> has_matches(const search::Query& query);

 private:
  struct Found {
    std::int64_t rid;
    std::vector<sql::Value> keys;
    const search::Query* query = nullptr;  // of the type, in a search of several
    std::optional<Version> version = {};   // where it was fetched with the row
    MatchPlace place() const { return {keys, rid}; }
  };
  static bool is_of_contained(const search::Query& query, const Found& found);
  using Rids = std::vector<std::int64_t>;

  /// Whether rows come with their versions, but for the last of `limit`, which only tells that
  /// there is more.
  enum class Fetch : std::uint8_t { nothing, versions };
  fhir::Result<std::vector<Found>> find(sql::QueryBuilder& builder, const sql::Cursor& cursor,
                                        bool is_first, std::uint32_t limit, std::size_t keys,
                                        Fetch fetch = Fetch::nothing);
  fhir::Result<std::vector<Found>> find_at_first(sql::QueryBuilder& builder,
                                                 const search::Query& query,
                                                 const search::IndexOf& index_of,
                                                 const sql::Cursor& cursor, bool is_first,
                                                 std::uint32_t limit, Fetch fetch);
  fhir::Result<Version> version_of(const Statement& row, int first);
  fhir::Result<sql::Cursor> start_of(const search::Query& query);
  void cut(std::vector<Found>& found, std::int64_t at);
  fhir::Result<std::int64_t> newest_time(const search::Query& query);
  fhir::Result<std::vector<Found>> find_in_types(const search::Query& query,
                                                 const sql::Cursor& cursor, bool is_first,
                                                 std::uint32_t limit);
  fhir::Result<std::uint64_t> count(sql::QueryBuilder& builder);
  fhir::Result<void> add_scores(Page& page, const search::Query& query, const Rids& matches);
  fhir::Result<void> explain(const sql::SqlText& statement, std::size_t rows);
  fhir::Result<bool> add_match(Page& page, const search::Query& query, Found& found);
  fhir::Result<bool> add_contained(Page& page, const search::Query& query, std::int64_t rid);
  bool add_as_it_was(Page& page, const search::Query& query, Past::Found was);
  static bool is_container_repeated(const Page& page);
  fhir::Result<bool> is_first_of_container(const search::Query& query, std::int64_t rid,
                                           std::int64_t type, std::int64_t container);
  fhir::Result<bool> is_first_of_types(const search::Query& query, const Found& found);
  fhir::Result<Rids> contained_in(std::int64_t container, std::int64_t type);
  fhir::Result<std::int64_t> container_of(std::int64_t rid);
  fhir::Result<std::optional<Found>> first_among(const search::Query& query, const Rids& rids);
  fhir::Result<bool> add_entry(Page& page, std::int64_t rid, bool is_match);
  fhir::Result<void> add_includes(Page& page, const search::Query& query, Rids matches);
  fhir::Result<void> follow(const search::Include& include, std::string_view query_type,
                            std::int64_t from, std::int64_t from_type, Rids& found);
  fhir::Result<void> add_rows(Fixed statement, std::int64_t first,
                              std::optional<std::int64_t> second, Rids& found);

  Connection& connection_;
  sql::Catalog& catalog_;
  const Dictionary& dictionary_;
  std::unordered_map<std::int64_t, Past::Found> past_;  // of matches: as they were
  std::optional<std::int64_t> cut_at_;                  // no match behind it was looked for
  std::vector<std::string>* plan_ = nullptr;            // of the page; null: nobody asks
  std::int64_t matched_rid_ = 0;  // what add_match added: the container of a contained resource
  std::int64_t entry_type_ = 0;   // of the last entry: a page has few types
  std::string entry_type_name_;
};

}  // namespace server::storage::sqlite
