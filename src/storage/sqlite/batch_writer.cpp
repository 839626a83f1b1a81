// https://hl7.org/fhir/R4/http.html#versioning
#include "src/storage/sqlite/batch_writer.h"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>

#include "fhir/base/date_time.h"
#include "src/storage/sqlite/searcher.h"

namespace server::storage::sqlite {

using fhir::IssueType;
using fhir::Situation;

namespace {

// For what was written since the search that came before a conditional write.
constexpr std::chrono::milliseconds k_text_budget{500};

fhir::Unexpected<fhir::Issue> held_back() {
  return fhir::unexpected(
      fhir::make_issue(Situation::refused, IssueType::forbidden, std::string(k_held_back)));
}

}  // namespace

fhir::Result<Store::Outcome, Store::Failure> BatchWriter::apply(const std::vector<Write>& writes) {
  time_ = std::max(time_, names_.now_ms());
  Store::Outcome outcome;
  outcome.written.reserve(writes.size());
  for (const Write& write : writes) {
    auto written = apply(write);
    if (!written) {
      return fhir::unexpected(Store::Failure{outcome.written.size(), std::move(written).error()});
    }
    outcome.written.push_back(*std::move(written));
  }
  // Only now: what a batch refers to may be in the batch.
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (writes[i].must_exist.empty() && !writes[i].must_not_be_referenced) continue;
    if (auto holds = check_references(writes[i]); !holds)
      return fhir::unexpected(Store::Failure{i, std::move(holds).error()});
  }
  return outcome;
}

fhir::Result<Written> BatchWriter::apply(const Write& write) {
  FHIR_TRY(type, names_.add_type(write.type));
  FHIR_TRY(identity, find(type, write.id));
  if (write.method == WriteMethod::reindex) return reindex(write, type, identity);
  if (write.limit_before) FHIR_CHECK(check_before(*write.limit_before, identity));
  FHIR_TRY(held_anew, check_held_before(write.held, identity));
  FHIR_CHECK(check(write.precondition, identity));
  if (write.method == WriteMethod::erase) return erase(write, type, identity);
  if (write.method == WriteMethod::erase_history) return erase_history(write, type, identity);
  if (write.skip_unchanged && identity.is_live) {
    FHIR_TRY(same, unchanged(write, identity));
    if (same) return *std::move(same);
  }
  const bool is_deletion = write.method == WriteMethod::delete_;
  Written written;
  if (is_deletion && !identity.is_live) {
    written.version_id = identity.version_id;
    written.last_updated = identity.last_updated;
    written.unchanged = true;
    return written;
  }
  written.version_id = identity.version_id + 1;
  written.last_updated = time_;
  written.created = !is_deletion && !identity.is_live;
  if (!is_deletion) {
    const std::string version = std::to_string(written.version_id);
    const std::string time = fhir::format_instant(time_);
    written.body.reserve(write.body.head.size() + write.body.middle.size() +
                         write.body.tail.size() + version.size() + time.size());
    written.body.append(write.body.head).append(version).append(write.body.middle);
    written.body.append(time).append(write.body.tail);
  }
  FHIR_TRY(rid, store(write, type, identity, written));
  names_.count(type, {static_cast<int>(!is_deletion) - static_cast<int>(identity.is_live), 1});
  static const search::IndexRows k_none;
  FHIR_CHECK(index(rid, type, is_deletion ? k_none : write.index,
                   identity.is_live ? IndexWriter::Before::rows : IndexWriter::Before::nothing));
  FHIR_CHECK(text_.note(rid));
  if (write.limit_after) FHIR_CHECK(check_after(*write.limit_after));
  if (!is_deletion && identity.is_live && write.held.changed)
    held_anew.push_back(write.held.changed.get());
  for (const search::Query* held : held_anew) {
    FHIR_TRY(is_within, matches(*held));
    if (!is_within) return held_back();
  }
  return written;
}

/// Before any precondition: what may not be seen tells nothing by how it fails.
fhir::Result<void> BatchWriter::check_before(const search::Query& limit, const Identity& identity) {
  bool is_within = false;
  if (identity.is_live) {
    FHIR_TRY(found, matches(limit));
    is_within = found;
  }
  if (is_within) return {};
  return fhir::unexpected(fhir::make_issue(Situation::not_found, IssueType::not_found,
                                           "There is no such resource, or none for this token"));
}

fhir::Result<void> BatchWriter::check_after(const search::Query& limit) {
  FHIR_TRY(is_within, matches(limit));
  if (is_within) return {};
  return held_back();  // whether scopes, a role or a patient refuse it is not told
}

/// What the new version has to match of what it may say anew.
fhir::Result<std::vector<const search::Query*>> BatchWriter::check_held_before(
    const Write::Held& held, const Identity& identity) {
  std::vector<const search::Query*> anew;
  if (identity.is_live && held.before) {
    FHIR_TRY(is_within, matches(*held.before));
    if (!is_within) return held_back();
  }
  for (const auto& one : held.anew) {
    bool was_so = false;
    if (identity.is_live) {
      FHIR_TRY(is_within, matches(*one));
      was_so = !is_within;
    }
    if (!was_so) anew.push_back(one.get());
  }
  return anew;
}

fhir::Result<bool> BatchWriter::matches(const search::Query& query) {
  FHIR_CHECK(index_.flush());
  return Searcher(connection_, names_, names_.dictionary()).has_matches(query);
}

/// The current version, when it has the body that the write would give it but for the version and
/// the time: both stand between head, middle and tail.
fhir::Result<std::optional<Written>> BatchWriter::unchanged(const Write& write,
                                                            const Identity& identity) {
  FHIR_TRY(statement, connection_.fixed(Fixed::read_by_rid));
  Run run(*statement);
  run->bind(1, identity.rid);
  if (run->step() != Step::row) return fhir::unexpected(connection_.issue(run->code()));
  FHIR_TRY(stored, connection_.body(*run, 4));
  const PendingBody& body = write.body;
  const std::string version = std::to_string(identity.version_id);
  const std::string time = fhir::format_instant(identity.last_updated);
  std::size_t at = 0;
  const std::string_view current = stored;
  for (std::string_view piece :
       {std::string_view(body.head), std::string_view(version), std::string_view(body.middle),
        std::string_view(time), std::string_view(body.tail)}) {
    if (current.substr(at, piece.size()) != piece) return std::optional<Written>{};
    at += piece.size();
  }
  if (at != stored.size()) return std::optional<Written>{};
  Written written;
  written.version_id = identity.version_id;
  written.last_updated = identity.last_updated;
  written.unchanged = true;
  written.body = std::move(stored);
  return std::optional(std::move(written));
}

fhir::Result<Written> BatchWriter::erase_history(const Write& write, std::int64_t type,
                                                 const Identity& identity) {
  if (identity.version_id == 0)
    return fhir::unexpected(fhir::make_issue(Situation::not_found, IssueType::not_found,
                                             write.type + "/" + write.id + " is not known"));
  if (write.erased_version == identity.version_id)
    return fhir::unexpected(fhir::make_issue(Situation::conflict, IssueType::conflict,
                                             "The current version is no history"));
  FHIR_CHECK(text_.settle(identity.rid));
  FHIR_TRY(erased, erase_versions(identity.rid, write.erased_version.value_or(0)));
  FHIR_CHECK(contained_.forget_gone(identity.rid));
  names_.count(type, {0, -erased});
  Written written;
  written.version_id = identity.version_id;
  written.last_updated = identity.last_updated;
  written.unchanged = erased == 0;
  return written;
}

/// Version 0: all of them. The greatest number of a superseded version stays in use, by a row that
/// is of no resource: cursors tell by the numbers what was superseded since.
fhir::Result<int> BatchWriter::erase_versions(std::int64_t rid, std::int64_t version) {
  const std::string newest = "SELECT max(seq) FROM history";
  FHIR_TRY(before, connection_.integer(newest));
  FHIR_TRY(erased, delete_versions(rid, version));
  FHIR_TRY(after, connection_.integer(newest));
  if (after >= before) return erased;
  FHIR_TRY(forget, connection_.statement("DELETE FROM history WHERE rid = 0"));
  FHIR_TRY(keep, connection_.statement("INSERT INTO history VALUES(?1, 0, ?1, 0, 0, 0, 1, NULL)"));
  Run forgetting(*forget);
  FHIR_CHECK(done(forgetting));
  Run keeping(*keep);
  keeping->bind(1, before);
  FHIR_CHECK(done(keeping));
  return erased;
}

fhir::Result<int> BatchWriter::delete_versions(std::int64_t rid, std::int64_t version) {
  FHIR_TRY(statement, connection_.statement("DELETE FROM history WHERE rid = ? AND "
                                            "(? = 0 OR version_id = ?)"));
  Run run(*statement);
  run->bind(1, rid);
  run->bind(2, version);
  run->bind(3, version);
  FHIR_CHECK(done(run));
  return sqlite3_changes(connection_.handle());
}

fhir::Result<Written> BatchWriter::erase(const Write& write, std::int64_t type,
                                         const Identity& identity) {
  if (identity.version_id == 0)
    return fhir::unexpected(fhir::make_issue(Situation::not_found, IssueType::not_found,
                                             write.type + "/" + write.id + " is not known"));
  Written written;
  written.version_id = identity.version_id;
  written.last_updated = identity.last_updated;
  written.unchanged = write.only_when_deleted && identity.is_live;
  if (written.unchanged) return written;
  FHIR_CHECK(text_.erase(identity.rid));
  FHIR_TRY(versions, erase_versions(identity.rid, 0));
  static const search::IndexRows k_none;
  if (identity.is_live) FHIR_CHECK(index(identity.rid, type, k_none, IndexWriter::Before::rows));
  FHIR_CHECK(contained_.forget_gone(identity.rid));
  FHIR_CHECK(erase_identity(write, identity));
  names_.forget(type, write.id);
  names_.count(type, {identity.is_live ? -1 : 0, -versions - 1});
  written.erased = true;
  return written;
}

/// What others refer to stays as a mere identity, which says no more than they do. The greatest rid
/// stays too, without its id: SQLite would give the number to another resource, and cursors of
/// pages count on its meaning the same for good.
fhir::Result<void> BatchWriter::erase_identity(const Write& write, const Identity& identity) {
  FHIR_TRY(referenced, is_referenced(identity.rid));
  FHIR_TRY(greatest, connection_.integer("SELECT max(rid) FROM resource"));
  const bool is_kept = referenced || identity.rid == greatest;
  FHIR_TRY(statement, connection_.statement(
                          is_kept ? "UPDATE resource SET version_id = 0, last_updated = 0, "
                                    "method = 0, deleted = 1, body = NULL, id = ? WHERE rid = ?"
                                  : "DELETE FROM resource WHERE ? <> '' AND rid = ?"));
  Run run(*statement);
  const std::string id = referenced ? write.id : "$" + std::to_string(identity.rid);
  run->bind_text(1, id);
  run->bind(2, identity.rid);
  return done(run);
}

fhir::Result<Written> BatchWriter::reindex(const Write& write, std::int64_t type,
                                           const Identity& identity) {
  Written written;
  written.version_id = identity.version_id;
  written.last_updated = identity.last_updated;
  written.unchanged = true;
  const bool is_current = identity.is_live && write.precondition.if_match.value_or(
                                                  identity.version_id) == identity.version_id;
  if (is_current) FHIR_CHECK(index(identity.rid, type, write.index, IndexWriter::Before::rows));
  return written;
}

fhir::Result<void> BatchWriter::index(std::int64_t rid, std::int64_t type,
                                      const search::IndexRows& rows, IndexWriter::Before before) {
  FHIR_CHECK(index_.replace(rid, type, rows, before));
  return contained_.replace(rid, rows, before);
}

fhir::Result<bool> BatchWriter::is_referenced(std::int64_t rid) {
  FHIR_CHECK(index_.flush());
  FHIR_TRY(statement,
           connection_.statement("SELECT 1 FROM search_parameter s JOIN reference_index i "
                                 "ON i.param = s.param AND i.target = ? LIMIT 1"));
  Run run(*statement);
  run->bind(1, rid);
  const Step step = run->step();
  if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return step == Step::row;
}

/// Referential integrity, as the server's settings ask for it.
fhir::Result<void> BatchWriter::check_references(const Write& write) {
  auto refuse = [](std::string text) {
    return fhir::unexpected(
        fhir::make_issue(Situation::conflict, IssueType::conflict, std::move(text)));
  };
  for (const auto& [type_name, id] : write.must_exist) {
    FHIR_TRY(type, names_.add_type(type_name));
    FHIR_TRY(target, find(type, id));
    if (!target.is_live)
      return refuse("The resource refers to " + type_name + "/" + id + ", which is not here");
  }
  if (!write.must_not_be_referenced) return {};
  FHIR_CHECK(index_.flush());
  FHIR_TRY(type, names_.add_type(write.type));
  FHIR_TRY(target, find(type, write.id));
  // What a contained resource refers to, its container does.
  FHIR_TRY(statement, connection_.statement(
                          "SELECT t.name, r.id FROM search_parameter s JOIN reference_index i "
                          "ON i.param = s.param AND i.target = ? JOIN resource c ON c.rid = i.rid "
                          "JOIN resource r ON r.rid = CASE WHEN instr(c.id, '#') > 0 "
                          "THEN CAST(c.id AS INTEGER) ELSE c.rid END "
                          "JOIN resource_type t ON t.type = r.type LIMIT 1"));
  Run run(*statement);
  run->bind(1, target.rid);
  const Step step = run->step();
  if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  if (step == Step::done) return {};
  return refuse(std::string(run->bytes(0)) + "/" + std::string(run->bytes(1)) + " refers to " +
                write.type + "/" + write.id);
}

fhir::Result<BatchWriter::Identity> BatchWriter::find(std::int64_t type, std::string_view id) {
  FHIR_TRY(statement, connection_.fixed(Fixed::find_identity));
  Run run(*statement);
  run->bind(1, type);
  run->bind_text(2, id);
  const Step step = run->step();
  if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  if (step == Step::done) return Identity{};
  return Identity{run->integer(0), run->integer(1), run->integer(3), run->integer(2) == 0};
}

fhir::Result<void> BatchWriter::check(const Precondition& precondition, const Identity& identity) {
  if (precondition.if_match &&
      (!identity.is_live || *precondition.if_match != identity.version_id)) {
    return fhir::unexpected(fhir::make_issue(
        Situation::precondition_failed, IssueType::conflict,
        identity.is_live ? "If-Match names version " + std::to_string(*precondition.if_match) +
                               ", the current version is " + std::to_string(identity.version_id)
                         : "If-Match names a version, but there is no current one"));
  }
  if (precondition.must_not_exist && identity.is_live) {
    return fhir::unexpected(fhir::make_issue(Situation::precondition_failed, IssueType::conflict,
                                             "A resource with this type and id exists"));
  }
  if (precondition.must_match_none) {
    FHIR_CHECK(index_.flush());
    if (precondition.must_match_none->is_full_text) {
      FHIR_CHECK(text_.activate());
      FHIR_CHECK(text_.index(k_text_budget));
      if (text_.due() > 0) return fhir::unexpected(text_is_behind(text_.due()));
    }
    Searcher searcher(connection_, names_, names_.dictionary());
    FHIR_TRY(found, searcher.has_matches(*precondition.must_match_none));
    if (found) {
      return fhir::unexpected(fhir::make_issue(Situation::precondition_failed, IssueType::duplicate,
                                               "A resource that matches the criteria exists"));
    }
  }
  return {};
}

fhir::Result<std::int64_t> BatchWriter::store(const Write& write, std::int64_t type,
                                              const Identity& identity, const Written& written) {
  const bool is_deletion = write.method == WriteMethod::delete_;
  if (identity.version_id > 0) {
    FHIR_TRY(statement, connection_.fixed(Fixed::supersede));
    Run run(*statement);
    run->bind(1, identity.rid);
    FHIR_CHECK(done(run));
  }
  const bool is_known = identity.rid != 0;
  FHIR_TRY(statement,
           connection_.fixed(is_known ? Fixed::update_resource : Fixed::insert_resource));
  const std::string body = is_deletion ? std::string() : bodies_.compress(written.body);
  Run run(*statement);
  int at = 0;
  if (!is_known) {
    run->bind(++at, type);
    run->bind_text(++at, write.id);
  }
  run->bind(++at, written.version_id);
  run->bind(++at, written.last_updated);
  run->bind(++at, static_cast<std::int64_t>(write.method));
  run->bind(++at, std::int64_t{is_deletion});
  ++at;
  is_deletion ? run->bind_null(at) : run->bind_blob(at, body);
  if (is_known) run->bind(++at, identity.rid);
  FHIR_CHECK(done(run));
  const std::int64_t rid =
      is_known ? identity.rid : sqlite3_last_insert_rowid(connection_.handle());
  names_.remember(type, write.id, rid);
  return rid;
}

fhir::Result<void> BatchWriter::done(Run& run) {
  if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return {};
}

}  // namespace server::storage::sqlite
