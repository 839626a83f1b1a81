// Contained resources as they were when a search began: those of the versions of then.
// https://hl7.org/fhir/R4/search.html#contained
#include "src/storage/sql/contained_name.h"
#include "src/storage/sqlite/index_writer.h"
#include "src/storage/sqlite/match_order.h"
#include "src/storage/sqlite/past.h"

namespace server::storage::sqlite {

/// All that the versions of then contain, and nothing that those of now do. Their containers stand
/// as they are: like what else a criterion leads to.
fhir::Result<void> Past::fill_contained(const search::IndexOf& index_of, std::int64_t newest_rid,
                                        const Dictionary& dictionary, Names& names) {
  for (std::size_t at = 0; at < versions_.size(); ++at) {
    FHIR_CHECK(connection_->check_deadline());
    FHIR_TRY(made, index_of(versions_[at].version.body));
    rows_.push_back(std::move(made));
    for (const std::int64_t type : names.contained_types())
      FHIR_CHECK(hide_contained(versions_[at].rid, type));
    for (const search::ContainedRows& one : rows_.back().contained) {
      const auto type = names.type(sql::contained_type_name(one.type));
      if (!type) continue;
      FHIR_TRY(rid, contained_then(versions_[at].rid, *type, one.id, newest_rid));
      if (rid == 0) continue;
      Version version;
      version.id = sql::contained_id(versions_[at].rid, one.id);
      FHIR_CHECK(insert(rid, *type, version));
      contained_.insert_or_assign(rid, Contained{at, *type, &one});
    }
    versions_[at].version.type = dictionary.type_name(versions_[at].type);
  }
  IndexWriter index(*connection_, names);
  // Only now: what they refer to is known.
  for (const auto& [rid, one] : contained_) {
    FHIR_CHECK(index.replace(rid, one.type, one.rows->rows, IndexWriter::Before::nothing,
                             versions_[one.container].rid));
  }
  return index.flush();
}

fhir::Result<void> Past::hide_contained(std::int64_t container, std::int64_t type) {
  FHIR_TRY(statement, connection_->statement(
                          "INSERT OR IGNORE INTO past SELECT rid, type, '$' || rid, 0, 0, 1 FROM "
                          "main.resource WHERE type = ? AND id >= ? AND id < ?"));
  Run run(*statement);
  const std::string first = sql::first_contained_id(container),
                    past = sql::past_contained_id(container);
  run->bind(1, type);
  run->bind_text(2, first);
  run->bind_text(3, past);
  if (run->step() == Step::failed) return fhir::unexpected(connection_->issue(run->code()));
  return {};
}

/// The newest of then that was called so: one that is gone may have been followed by another of the
/// same name. 0: none is known.
fhir::Result<std::int64_t> Past::contained_then(std::int64_t container, std::int64_t type,
                                                std::string_view local, std::int64_t newest_rid) {
  FHIR_TRY(statement, present_.statement("SELECT max(rid) FROM resource WHERE type = ? AND "
                                         "+rid <= ? AND (id = ? OR id = '$' || ? || '#' || rid "
                                         "AND id >= ? AND id < ?)"));
  Run run(*statement);
  const std::string id = sql::contained_id(container, local), first = "$" + id + "#",
                    past = "$" + id + "$";
  run->bind(1, type);
  run->bind(2, newest_rid);
  run->bind_text(3, id);
  run->bind_text(4, id);
  run->bind_text(5, first);
  run->bind_text(6, past);
  if (run->step() == Step::failed) return fhir::unexpected(present_.issue(run->code()));
  return run->integer(0);
}

/// Nothing for what is not behind the cursor, and for a container that stands where another of its
/// matches does.
std::optional<Past::Found> Past::found_contained(const search::Query& query,
                                                 const sql::Cursor& cursor, std::int64_t rid,
                                                 const std::vector<sql::Value>& keys) {
  const Contained& one = contained_.at(rid);
  Found& container = versions_[one.container];
  const bool is_first = !container.is_found;
  container.is_found = true;
  if (query.contained_type == search::ContainedType::container && !is_first) return {};
  if (!is_before(query, {cursor.keys, cursor.rid}, {keys, rid})) return {};
  Found found = container;  // another that it contains may match as well
  found.rid = rid;
  found.contained_id = one.rows->id;
  return found;
}

}  // namespace server::storage::sqlite
