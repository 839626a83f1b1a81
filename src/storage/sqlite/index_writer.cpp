#include "src/storage/sqlite/index_writer.h"

#include <algorithm>
#include <iterator>

#include "src/storage/sql/contained_name.h"

namespace server::storage::sqlite {

using sql::IndexKind;

namespace {

constexpr std::size_t k_cells_waiting_max = std::size_t{1} << 18;  // of one table: 4 MiB

bool is_before(Row a, Row b) { return compare(a, b) < 0; }

}  // namespace

fhir::Result<void> IndexWriter::replace(std::int64_t rid, std::int64_t type,
                                        const search::IndexRows& rows, Before before,
                                        std::int64_t container) {
  container_ = container != 0 ? container : rid;
  if (before == Before::nothing) {
    FHIR_CHECK(collect(rid, type, rows, waiting_));
    const bool is_much = std::any_of(waiting_.begin(), waiting_.end(), [](const Rows& table) {
      return table.cells() > k_cells_waiting_max;
    });
    return is_much ? flush() : fhir::Result<void>();
  }
  FHIR_CHECK(flush());
  for (Rows& table : wanted_) table.clear();
  FHIR_CHECK(collect(rid, type, rows, wanted_));
  for (std::size_t at = 0; at < sql::k_index_kinds; ++at) {
    const auto kind = static_cast<IndexKind>(at);
    FHIR_CHECK(load_stored(kind, rid));
    const std::span<const Row> present = stored_.sorted(), wanted = wanted_[at].sorted();
    std::vector<Row> gone, added;
    std::set_difference(present.begin(), present.end(), wanted.begin(), wanted.end(),
                        std::back_inserter(gone), is_before);
    std::set_difference(wanted.begin(), wanted.end(), present.begin(), present.end(),
                        std::back_inserter(added), is_before);
    for (const Row& row : gone) FHIR_CHECK(run(Fixed::index_delete, kind, {&row, 1}));
    for (const Row& row : added) FHIR_CHECK(run(Fixed::index_insert, kind, {&row, 1}));
  }
  return {};
}

fhir::Result<void> IndexWriter::flush() {
  for (std::size_t at = 0; at < sql::k_index_kinds; ++at) {
    if (waiting_[at].empty()) continue;
    const auto kind = static_cast<IndexKind>(at);
    std::span<const Row> rows = waiting_[at].sorted();
    for (const auto& [count, first] : {std::pair(k_rows_many, Fixed::index_insert_many),
                                       std::pair(k_rows_few, Fixed::index_insert_few),
                                       std::pair(std::size_t{1}, Fixed::index_insert)}) {
      for (; rows.size() >= count; rows = rows.subspan(count)) {
        FHIR_CHECK(run(first, kind, rows.first(count)));
      }
    }
    waiting_[at].clear();
  }
  return {};
}

void IndexWriter::drop() {
  for (Rows& table : waiting_) table.clear();
}

fhir::Result<std::optional<std::int64_t>> IndexWriter::parameter(std::int64_t type,
                                                                 search::Parameter of) {
  for (const auto& [known, param] : parameters_) {
    if (known == of) return param;
  }
  std::optional<std::int64_t> param;
  if (of->code != "_id" && of->code != "_lastUpdated") {
    FHIR_TRY(number, names_.add_parameter(type, of->url));
    param = number;
  }
  parameters_.emplace_back(of, param);
  return param;
}

fhir::Result<std::int64_t> IndexWriter::system(std::string_view uri) {
  if (uri.empty()) return std::int64_t{0};
  for (const auto& [known, system] : systems_) {
    if (known == uri) return system;
  }
  FHIR_TRY(system, names_.add_system(uri));
  systems_.emplace_back(uri, system);
  return system;
}

fhir::Result<std::int64_t> IndexWriter::target(const search::ReferenceRow& row) {
  if (!row.id.starts_with('#')) return names_.add_target(row.type, row.id);
  if (row.id.size() == 1) return container_;
  return names_.add_target(sql::contained_type_name(row.type), std::to_string(container_) + row.id);
}

fhir::Result<void> IndexWriter::collect(std::int64_t rid, std::int64_t type,
                                        const search::IndexRows& rows, Tables& out) {
  parameters_.clear();
  systems_.clear();
  const auto of = [&](IndexKind kind) -> Rows& { return out[static_cast<std::size_t>(kind)]; };
  for (const auto& row : rows.tokens) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (!param) continue;
    FHIR_TRY(number, system(row.system));
    of(IndexKind::token).add({*param, std::string_view(row.code), rid, number});
  }
  for (const auto& row : rows.texts) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (!param) continue;
    FHIR_TRY(text, names_.add_text(row.folded));
    of(IndexKind::text).add({*param, text, rid});
  }
  for (const auto& row : rows.strings) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (!param) continue;
    of(IndexKind::string)
        .add({*param, std::string_view(row.folded), rid, std::string_view(row.exact)});
  }
  for (const auto& row : rows.dates) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (param) of(IndexKind::date).add({*param, row.low, row.high, rid});
  }
  for (const auto& row : rows.numbers) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (param) of(IndexKind::number).add({*param, row.low, row.high, rid});
  }
  for (const auto& row : rows.quantities) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (!param) continue;
    FHIR_TRY(number, system(row.system));
    of(IndexKind::quantity)
        .add({*param, row.low, row.high, rid, std::string_view(row.code), number});
  }
  for (const auto& row : rows.references) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (!param) continue;
    FHIR_TRY(to, target(row));
    of(IndexKind::reference).add({*param, to, rid});
  }
  for (const auto& row : rows.uris) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (param) of(IndexKind::uri).add({*param, std::string_view(row.value), rid});
  }
  for (const auto& row : rows.composites) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (param) FHIR_CHECK(collect_composite(rid, *param, row, of(IndexKind::composite)));
  }
  return {};
}

fhir::Result<void> IndexWriter::collect_composite(std::int64_t rid, std::int64_t param,
                                                  const search::CompositeRow& row, Rows& out) {
  static const search::CompositeRow::Part k_absent{};
  const auto part = [&](std::size_t at) -> const search::CompositeRow::Part& {
    return at < row.parts.size() ? row.parts[at] : k_absent;
  };
  FHIR_TRY(system1, system(part(0).system));
  FHIR_TRY(system2, system(part(1).system));
  FHIR_TRY(system3, system(part(2).system));
  out.add({param, std::string_view(part(0).text), rid, system1, part(0).low, part(0).high,
           std::string_view(part(1).text), system2, part(1).low, part(1).high,
           std::string_view(part(2).text), system3, part(2).low, part(2).high});
  return {};
}

fhir::Result<void> IndexWriter::load_stored(IndexKind kind, std::int64_t rid) {
  stored_.clear();
  texts_ = fhir::Arena();
  FHIR_TRY(statement, connection_.fixed(of_kind(Fixed::index_select, kind)));
  Run run(*statement);
  run->bind(1, rid);
  std::vector<Cell> row;
  Step step;
  while ((step = run->step()) == Step::row) {
    row.clear();
    for (int at = 0; at < static_cast<int>(sql::index_table(kind).columns.size()); ++at) {
      const sql::Value value = run->value(at);
      if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        row.emplace_back(*integer);
      } else if (const auto* real = std::get_if<double>(&value)) {
        row.emplace_back(*real);
      } else {
        row.emplace_back(texts_.copy(run->bytes(at)));
      }
    }
    stored_.add(row);
  }
  if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return {};
}

/// As many rows as the statement takes.
fhir::Result<void> IndexWriter::run(Fixed first, IndexKind kind, std::span<const Row> rows) {
  FHIR_TRY(statement, connection_.fixed(of_kind(first, kind)));
  Run run(*statement);
  int at = 0;
  for (const Row& row : rows) {
    for (const Cell& cell : row) {
      switch (cell.kind()) {
        case Cell::Kind::integer:
          run->bind(++at, cell.integer());
          break;
        case Cell::Kind::real:
          run->bind(++at, cell.real());
          break;
        case Cell::Kind::text:
          run->bind_text(++at, cell.text());
          break;
      }
    }
  }
  if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return {};
}

}  // namespace server::storage::sqlite
