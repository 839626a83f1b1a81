#include "src/storage/sqlite/index_writer.h"

#include <algorithm>
#include <iterator>

namespace server::storage::sqlite {

using sql::IndexKind;

fhir::Result<void> IndexWriter::replace(std::int64_t rid, std::int64_t type,
                                        const search::IndexRows& rows, Before before) {
  FHIR_CHECK(collect(type, rows));
  for (std::size_t at = 0; at < sql::k_index_kinds; ++at) {
    const auto kind = static_cast<IndexKind>(at);
    Rows& wanted = rows_[at];
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    if (before == Before::nothing) {
      for (const Row& row : wanted) FHIR_CHECK(run(Fixed::index_insert, kind, rid, row));
      continue;
    }
    FHIR_TRY(present, stored(kind, rid));
    std::sort(present.begin(), present.end());
    Rows gone, added;
    std::set_difference(present.begin(), present.end(), wanted.begin(), wanted.end(),
                        std::back_inserter(gone));
    std::set_difference(wanted.begin(), wanted.end(), present.begin(), present.end(),
                        std::back_inserter(added));
    for (const Row& row : gone) FHIR_CHECK(run(Fixed::index_delete, kind, rid, row));
    for (const Row& row : added) FHIR_CHECK(run(Fixed::index_insert, kind, rid, row));
  }
  return {};
}

fhir::Result<std::optional<std::int64_t>> IndexWriter::parameter(std::int64_t type,
                                                                 search::Parameter of) {
  if (of->code == "_id" || of->code == "_lastUpdated") return std::optional<std::int64_t>();
  FHIR_TRY(param, names_.add_parameter(type, of->url));
  return std::optional(param);
}

fhir::Result<void> IndexWriter::collect(std::int64_t type, const search::IndexRows& rows) {
  for (Rows& kind : rows_) kind.clear();
  texts_ = fhir::Arena();
  for (const auto& row : rows.tokens) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (!param) continue;
    FHIR_TRY(system, names_.add_system(row.system));
    of(IndexKind::token).push_back({*param, std::string_view(row.code), system});
  }
  for (const auto& row : rows.texts) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (!param) continue;
    FHIR_TRY(text, names_.add_text(row.folded));
    of(IndexKind::text).push_back({*param, text});
  }
  for (const auto& row : rows.strings) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (!param) continue;
    of(IndexKind::string)
        .push_back({*param, std::string_view(row.folded), std::string_view(row.exact)});
  }
  for (const auto& row : rows.dates) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (param) of(IndexKind::date).push_back({*param, row.low, row.high});
  }
  for (const auto& row : rows.numbers) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (param) of(IndexKind::number).push_back({*param, row.low, row.high});
  }
  for (const auto& row : rows.quantities) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (!param) continue;
    FHIR_TRY(system, names_.add_system(row.system));
    of(IndexKind::quantity)
        .push_back({*param, row.low, row.high, std::string_view(row.code), system});
  }
  for (const auto& row : rows.references) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (!param) continue;
    FHIR_TRY(target, names_.add_target(row.type, row.id));
    of(IndexKind::reference).push_back({*param, target});
  }
  for (const auto& row : rows.uris) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (param) of(IndexKind::uri).push_back({*param, std::string_view(row.value)});
  }
  for (const auto& row : rows.composites) {
    FHIR_TRY(param, parameter(type, row.parameter));
    if (param) FHIR_CHECK(collect_composite(*param, row));
  }
  return {};
}

fhir::Result<void> IndexWriter::collect_composite(std::int64_t param,
                                                  const search::CompositeRow& row) {
  constexpr std::size_t k_parts = 3;
  Row cells{param};
  for (std::size_t at = 0; at < k_parts; ++at) {
    static const search::CompositeRow::Part k_absent{};
    const auto& part = at < row.parts.size() ? row.parts[at] : k_absent;
    FHIR_TRY(system, names_.add_system(part.system));
    cells.insert(cells.end(), {std::string_view(part.text), system, part.low, part.high});
  }
  of(IndexKind::composite).push_back(std::move(cells));
  return {};
}

fhir::Result<IndexWriter::Rows> IndexWriter::stored(IndexKind kind, std::int64_t rid) {
  FHIR_TRY(statement, connection_.fixed(of_kind(Fixed::index_select, kind)));
  Run run(*statement);
  run->bind(1, rid);
  Rows rows;
  Step step;
  while ((step = run->step()) == Step::row) {
    Row row;
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
    rows.push_back(std::move(row));
  }
  if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return rows;
}

fhir::Result<void> IndexWriter::run(Fixed first, IndexKind kind, std::int64_t rid, const Row& row) {
  FHIR_TRY(statement, connection_.fixed(of_kind(first, kind)));
  Run run(*statement);
  run->bind(1, rid);
  int at = 1;
  for (const Cell& cell : row) {
    switch (cell.kind) {
      case Cell::Kind::integer:
        run->bind(++at, cell.integer);
        break;
      case Cell::Kind::real:
        run->bind(++at, cell.real);
        break;
      case Cell::Kind::text:
        run->bind_text(++at, cell.text);
        break;
    }
  }
  if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return {};
}

}  // namespace server::storage::sqlite
