// https://hl7.org/fhir/R4/search.html#contained
#include "src/storage/sqlite/contained_writer.h"

#include <algorithm>

#include "src/storage/sql/contained_name.h"

namespace server::storage::sqlite {

fhir::Result<void> ContainedWriter::replace(std::int64_t container, const search::IndexRows& rows,
                                            IndexWriter::Before before) {
  if (before == IndexWriter::Before::nothing && rows.contained.empty()) return {};
  std::vector<Present> present;
  if (before == IndexWriter::Before::rows) {
    FHIR_TRY(found, present_in(container));
    present = std::move(found);
  }
  for (const search::ContainedRows& one : rows.contained) {
    FHIR_CHECK(put(container, one, present));
  }
  for (const Present& one : present) {
    if (one.is_live && !one.stays) FHIR_CHECK(remove(one));
  }
  return {};
}

fhir::Result<std::vector<ContainedWriter::Present>> ContainedWriter::present_in(
    std::int64_t container) {
  std::vector<Present> present;
  const std::string first = sql::first_contained_id(container),
                    past = sql::past_contained_id(container);
  for (const std::int64_t type : names_.contained_types()) {
    FHIR_TRY(statement, connection_.statement("SELECT rid, id, deleted FROM resource "
                                              "WHERE type = ? AND id >= ? AND id < ?"));
    Run run(*statement);
    run->bind(1, type);
    run->bind_text(2, first);
    run->bind_text(3, past);
    Step step;
    while ((step = run->step()) == Step::row) {
      present.push_back({run->integer(0), type, std::string(run->bytes(1)), run->integer(2) == 0});
    }
    if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  }
  return present;
}

fhir::Result<void> ContainedWriter::put(std::int64_t container,
                                        const search::ContainedRows& contained,
                                        std::vector<Present>& present) {
  FHIR_TRY(type, names_.add_type(sql::contained_type_name(contained.type)));
  const std::string id = sql::contained_id(container, contained.id);
  const auto known = std::find_if(present.begin(), present.end(), [&](const Present& one) {
    return one.type == type && one.id == id;
  });
  const bool is_live = known != present.end() && known->is_live;
  if (known != present.end()) known->stays = true;
  // A reference may have made the identity already.
  FHIR_TRY(rid, names_.add_target(sql::contained_type_name(contained.type), id));
  if (!is_live) {
    FHIR_CHECK(revive(rid));
    names_.count(type, {1, 0});
  }
  return index_.replace(rid, type, contained.rows,
                        is_live ? IndexWriter::Before::rows : IndexWriter::Before::nothing,
                        container);
}

fhir::Result<void> ContainedWriter::revive(std::int64_t rid) {
  FHIR_TRY(statement, connection_.statement("UPDATE resource SET deleted = 0 WHERE rid = ?"));
  Run run(*statement);
  run->bind(1, rid);
  if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return {};
}

/// The identity stays, as rids are not used again. It keeps what it was called for as long as old
/// versions of the container tell it too: pages of a search that began before look for it.
fhir::Result<void> ContainedWriter::remove(const Present& gone) {
  static const search::IndexRows k_none;
  FHIR_CHECK(index_.replace(gone.rid, gone.type, k_none, IndexWriter::Before::rows));
  FHIR_TRY(statement,
           connection_.statement("UPDATE resource SET deleted = 1, id = ? WHERE rid = ?"));
  Run run(*statement);
  const std::string former = sql::gone_contained_id(gone.id, gone.rid);
  run->bind_text(1, former);
  run->bind(2, gone.rid);
  if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  names_.forget(gone.type, gone.id);
  names_.count(gone.type, {-1, 0});
  return {};
}

fhir::Result<void> ContainedWriter::forget_gone(std::int64_t container) {
  const std::string first = "$" + sql::first_contained_id(container),
                    past = "$" + sql::past_contained_id(container);
  for (const std::int64_t type : names_.contained_types()) {
    FHIR_TRY(statement, connection_.statement("UPDATE resource SET id = '$' || rid "
                                              "WHERE type = ? AND id >= ? AND id < ?"));
    Run run(*statement);
    run->bind(1, type);
    run->bind_text(2, first);
    run->bind_text(3, past);
    if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  }
  return {};
}

}  // namespace server::storage::sqlite
