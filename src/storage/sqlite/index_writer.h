// Brings a resource's rows in the index tables to what its new version needs.
#pragma once

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "fhir/base/arena.h"
#include "src/search/index_rows.h"
#include "src/storage/sqlite/index_row.h"
#include "src/storage/sqlite/names.h"

namespace server::storage::sqlite {

/// The writer thread only. Rows of new resources wait until flush(), which inserts those of a whole
/// commit in the order of each table's key: neighbours go to the same page, one after the other.
class IndexWriter {
 public:
  IndexWriter(Connection& connection, Names& names) : connection_(connection), names_(names) {}

  enum class Before : unsigned char { nothing, rows };

  /// Only rows that differ are touched. `before`: whether the resource may have rows now. Rows of
  /// _id and _lastUpdated are left out: the resource table answers for them.
  ///
  /// rows        must live until flush() or drop()
  /// container   what contains the resource, for its references to others there; 0: itself
  fhir::Result<void> replace(std::int64_t rid, std::int64_t type, const search::IndexRows& rows,
                             Before before, std::int64_t container = 0);

  /// Inserts what waits; before COMMIT and before anything reads the index tables.
  fhir::Result<void> flush();
  /// Forgets what waits: its resources are not stored after all.
  void drop();

 private:
  using Tables = std::array<Rows, sql::k_index_kinds>;

  fhir::Result<void> collect(std::int64_t rid, std::int64_t type, const search::IndexRows& rows,
                             Tables& out);
  fhir::Result<std::optional<std::int64_t>> parameter(std::int64_t type, search::Parameter of);
  fhir::Result<std::int64_t> system(std::string_view uri);
  fhir::Result<std::int64_t> target(const search::ReferenceRow& row);
  fhir::Result<void> collect_composite(std::int64_t rid, std::int64_t param,
                                       const search::CompositeRow& row, Rows& out);
  fhir::Result<void> load_stored(sql::IndexKind kind, std::int64_t rid);
  fhir::Result<void> run(Fixed first, sql::IndexKind kind, std::span<const Row> rows);

  Connection& connection_;
  Names& names_;
  Tables waiting_;
  Tables wanted_;  // of one resource that may have rows
  Rows stored_;
  fhir::Arena texts_;  // of stored_
  std::int64_t container_ = 0;
  // Of the resource that is collected: its rows repeat few parameters and systems.
  std::vector<std::pair<search::Parameter, std::optional<std::int64_t>>> parameters_;
  std::vector<std::pair<std::string_view, std::int64_t>> systems_;
};

}  // namespace server::storage::sqlite
