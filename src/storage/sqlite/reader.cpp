// https://hl7.org/fhir/R4/http.html#read https://hl7.org/fhir/R4/http.html#vread
#include "src/storage/sqlite/reader.h"

#include "src/storage/sqlite/history.h"
#include "src/storage/sqlite/labels.h"
#include "src/storage/sqlite/searcher.h"
#include "src/storage/sqlite/used_codes.h"

namespace server::storage::sqlite {
namespace {

using fhir::IssueType;
using fhir::Situation;

fhir::Issue not_found(std::string_view type, std::string_view id) {
  return fhir::make_issue(Situation::not_found, IssueType::not_found,
                          std::string(type) + "/" + std::string(id) + " is not known");
}

fhir::Issue deleted(std::string_view type, std::string_view id) {
  return fhir::make_issue(Situation::gone, IssueType::deleted,
                          std::string(type) + "/" + std::string(id) + " was deleted");
}

/// Columns: version_id, last_updated, method, deleted, body.
fhir::Result<Version> version_of(const Connection& connection, const Statement& row,
                                 std::string_view type, std::string_view id) {
  FHIR_TRY(body, connection.body(row, 4));
  Version version;
  version.type = type;
  version.id = id;
  version.version_id = row.integer(0);
  version.last_updated = row.integer(1);
  version.method = static_cast<WriteMethod>(row.integer(2));
  version.deleted = row.integer(3) != 0;
  version.body = std::move(body);
  return version;
}

}  // namespace

SqliteReader::SqliteReader(ReaderPool::Lease lease, const Surroundings& around,
                           std::chrono::steady_clock::time_point deadline)
    : lease_(std::move(lease)),
      catalog_(*lease_, around.dictionary, around.clock),
      readers_(around.readers),
      text_(around.text),
      dictionary_(around.dictionary),
      deadline_(deadline),
      commits_(around.readers.commits()) {}

/// Names are known before the rows that use them: once the snapshot stands, a name that is unknown
/// has no rows in it.
fhir::Result<void> SqliteReader::take_snapshot() {
  if (has_snapshot_) return {};
  FHIR_CHECK(lease_->begin_snapshot(commits_));
  FHIR_CHECK(lease_->newest_rid());
  has_snapshot_ = true;
  return {};
}

/// A search for a text sees the words of all that was committed before it.
fhir::Result<void> SqliteReader::take_snapshot_for(const search::Query& query) {
  if (!query.is_full_text) return take_snapshot();
  FHIR_CHECK(text_.catch_up(deadline_));
  commits_ = readers_.commits();
  has_snapshot_ = false;
  return take_snapshot();
}

fhir::Result<Version> SqliteReader::read(std::string_view type_name, std::string_view id) {
  auto type = dictionary_.type(type_name);
  if (!type) {
    FHIR_CHECK(take_snapshot());
    type = dictionary_.type(type_name);
  }
  if (!type) return fhir::unexpected(not_found(type_name, id));
  if (!has_snapshot_) FHIR_CHECK(lease_->begin_snapshot(commits_));
  return current(*type, type_name, id);
}

fhir::Result<Version> SqliteReader::current(std::int64_t type, std::string_view type_name,
                                            std::string_view id) {
  FHIR_TRY(statement, lease_->fixed(Fixed::read_current));
  Run run(*statement);
  run->bind(1, type);
  run->bind_text(2, id);
  const Step step = run->step();
  if (step == Step::failed) return fhir::unexpected(lease_->issue(run->code()));
  if (step == Step::done || run->integer(0) == 0) {
    return fhir::unexpected(not_found(type_name, id));
  }
  if (run->integer(3) != 0) return fhir::unexpected(deleted(type_name, id));
  return version_of(*lease_, *run, type_name, id);
}

fhir::Result<Version> SqliteReader::read_version(std::string_view type_name, std::string_view id,
                                                 std::int64_t version_id) {
  FHIR_CHECK(take_snapshot());
  const auto type = dictionary_.type(type_name);
  if (!type || version_id < 1) return fhir::unexpected(not_found(type_name, id));
  FHIR_TRY(current, lease_->fixed(Fixed::read_current));
  Run run(*current);
  run->bind(1, *type);
  run->bind_text(2, id);
  const Step step = run->step();
  if (step == Step::failed) return fhir::unexpected(lease_->issue(run->code()));
  if (step == Step::done || run->integer(0) < version_id) {
    return fhir::unexpected(not_found(type_name, id));
  }
  const auto answer = [&](const Statement& row) -> fhir::Result<Version> {
    FHIR_TRY(version, version_of(*lease_, row, type_name, id));
    if (version.deleted) return fhir::unexpected(deleted(type_name, id));
    return std::move(version);
  };
  if (run->integer(0) == version_id) return answer(*run);
  FHIR_TRY(superseded, lease_->fixed(Fixed::read_superseded));
  Run old(*superseded);
  old->bind(1, run->integer(5));
  old->bind(2, version_id);
  const Step found = old->step();
  if (found == Step::failed) return fhir::unexpected(lease_->issue(old->code()));
  if (found == Step::done) return fhir::unexpected(not_found(type_name, id));
  return answer(*old);
}

fhir::Result<Page> SqliteReader::search(const search::Query& query) {
  FHIR_CHECK(take_snapshot_for(query));
  return Searcher(*lease_, catalog_, dictionary_).search(query);
}

fhir::Result<Moment> SqliteReader::moment() {
  FHIR_CHECK(take_snapshot());
  return Searcher(*lease_, catalog_, dictionary_).moment();
}

fhir::Result<std::uint64_t> SqliteReader::count(const search::Query& query) {
  FHIR_CHECK(take_snapshot_for(query));
  return Searcher(*lease_, catalog_, dictionary_).count(query);
}

fhir::Result<HistoryPage> SqliteReader::history(const HistoryRequest& request) {
  FHIR_CHECK(take_snapshot());
  return History(*lease_, dictionary_).page(request);
}

fhir::Result<Labels> SqliteReader::labels(std::string_view type) {
  FHIR_CHECK(take_snapshot());
  return labels_in_use(*lease_, dictionary_, type);
}

fhir::Result<std::vector<std::string>> SqliteReader::codes_in_use(std::string_view parameter) {
  FHIR_CHECK(take_snapshot());
  return used_codes(*lease_, dictionary_, parameter);
}

fhir::Result<std::vector<std::string>> SqliteReader::erasable(std::string_view type_name,
                                                              Erasable which, std::uint32_t limit) {
  FHIR_CHECK(take_snapshot());
  std::vector<std::string> ids;
  const auto type = dictionary_.type(type_name);
  if (!type) return ids;
  const char* text =
      which == Erasable::superseded
          ? "SELECT DISTINCT r.id FROM history h JOIN resource r ON r.rid = h.rid "
            "WHERE h.type = ? LIMIT ?"
      : which == Erasable::deleted
          ? "SELECT id FROM resource WHERE type = ? AND version_id > 0 AND deleted = 1 LIMIT ?"
          : "SELECT id FROM resource WHERE type = ? AND version_id > 0 LIMIT ?";
  FHIR_TRY(statement, lease_->statement(text));
  Run run(*statement);
  run->bind(1, *type);
  run->bind(2, std::int64_t{limit});
  Step step;
  while ((step = run->step()) == Step::row) ids.emplace_back(run->bytes(0));
  if (step == Step::failed) return fhir::unexpected(lease_->issue(run->code()));
  return ids;
}

fhir::Result<std::optional<std::string>> SqliteReader::note(std::string_view name) {
  FHIR_CHECK(take_snapshot());
  FHIR_TRY(statement, lease_->statement("SELECT value FROM setting WHERE name = ?"));
  Run run(*statement);
  run->bind_text(1, name);
  const Step step = run->step();
  if (step == Step::failed) return fhir::unexpected(lease_->issue(run->code()));
  if (step == Step::done) return std::optional<std::string>();
  return std::optional(std::string(run->bytes(0)));
}

}  // namespace server::storage::sqlite
