// Brings a resource's rows in the index tables to what its new version needs.
#pragma once

#include <vector>

#include "fhir/base/arena.h"
#include "src/search/index_rows.h"
#include "src/storage/sqlite/names.h"

namespace server::storage::sqlite {

/// One column of an index row; a text belongs to somebody else.
struct Cell {
  enum class Kind : unsigned char { integer, real, text } kind = Kind::integer;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text;
  Cell(std::int64_t value) : integer(value) {}
  Cell(double value) : kind(Kind::real), real(value != value ? 0 : value) {}
  Cell(std::string_view value) : kind(Kind::text), text(value) {}
  friend bool operator==(const Cell&, const Cell&) = default;
  friend bool operator<(const Cell& a, const Cell& b) {
    if (a.integer != b.integer) return a.integer < b.integer;
    if (a.real != b.real) return a.real < b.real;
    return a.text < b.text;
  }
};

/// The writer thread only.
class IndexWriter {
 public:
  IndexWriter(Connection& connection, Names& names) : connection_(connection), names_(names) {}

  enum class Before : unsigned char { nothing, rows };

  /// Only rows that differ are touched. `before`: whether the resource may have rows now. Rows of
  /// _id and _lastUpdated are left out: the resource table answers for them.
  fhir::Result<void> replace(std::int64_t rid, std::int64_t type, const search::IndexRows& rows,
                             Before before);

 private:
  using Row = std::vector<Cell>;
  using Rows = std::vector<Row>;

  fhir::Result<void> collect(std::int64_t type, const search::IndexRows& rows);
  fhir::Result<std::optional<std::int64_t>> parameter(std::int64_t type, search::Parameter of);
  fhir::Result<void> collect_composite(std::int64_t param, const search::CompositeRow& row);
  fhir::Result<Rows> stored(sql::IndexKind kind, std::int64_t rid);
  fhir::Result<void> run(Fixed first, sql::IndexKind kind, std::int64_t rid, const Row& row);
  Rows& of(sql::IndexKind kind) { return rows_[static_cast<std::size_t>(kind)]; }

  Connection& connection_;
  Names& names_;
  std::array<Rows, sql::k_index_kinds> rows_;
  fhir::Arena texts_;  // of stored rows, while they are compared
};

}  // namespace server::storage::sqlite
