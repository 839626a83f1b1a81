// https://hl7.org/fhir/R4/http.html#history
#include "src/storage/sqlite/history.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "src/storage/sql/cursor.h"
#include "src/storage/sqlite/catalog.h"

namespace server::storage::sqlite {
namespace {

using sql::SqlText;

constexpr std::int64_t k_greatest = std::numeric_limits<std::int64_t>::max();

/// The current versions, and those before: one has its index by time as the other.
constexpr std::string_view k_tables[] = {"resource", "history"};

/// Only what the snapshot holds: versions are made in the order of time, those of one millisecond
/// are told apart by what they superseded.
void keep_to(SqlText& text, std::string_view version, const HistorySnapshot& snapshot) {
  const std::string name(version);
  (text << " AND " << name << ".last_updated <= ").bind(snapshot.time);
  (text << " AND (" << name << ".last_updated < ").bind(snapshot.time);
  (text << " OR " << name << ".version_id = 1 AND " << name << ".rid <= ")
      .bind(snapshot.newest_rid);
  (text << " OR " << name << ".version_id > 1 AND NOT EXISTS(SELECT 1 FROM history p WHERE p.rid = "
        << name << ".rid AND p.version_id = " << name << ".version_id - 1 AND p.seq > ")
      .bind(snapshot.changes);
  text << "))";
}

/// _since: "created at or after the given instant" · _at: "current at some point during the time
/// period specified": neither newer than it nor superseded before it.
void add_bounds(SqlText& text, const HistoryRequest& request,
                const std::optional<HistorySnapshot>& snapshot) {
  if (snapshot) keep_to(text, "v", *snapshot);
  if (request.since) (text << " AND v.last_updated >= ").bind(*request.since);
  if (!request.at) return;
  (text << " AND v.last_updated <= ").bind(*request.at);
  for (const std::string_view table : k_tables) {
    (text << " AND NOT EXISTS(SELECT 1 FROM " << table
          << " n WHERE n.rid = v.rid AND n.version_id > v.version_id AND n.last_updated <= ")
        .bind(*request.at);
    if (snapshot) keep_to(text, "n", *snapshot);
    text << ")";
  }
}

/// What a history cursor is bound to: the request, and two keys, the version and the newest
/// resource of the first page.
search::Query shape_of(const HistoryRequest& request) {
  static const fhir::SearchParameter k_version{};
  search::Query shape;
  shape.resource_type = "_history/" + request.type + "/" + request.id;
  if (request.within) shape.resource_type += "/_list";
  shape.sort.assign(2, {&k_version, !request.oldest_first});
  return shape;
}

std::int64_t number_of(const sql::Value& key) {
  const auto* number = std::get_if<std::int64_t>(&key);
  return number != nullptr ? *number : 0;
}

fhir::Issue not_found(const HistoryRequest& request) {
  return fhir::make_issue(fhir::Situation::not_found, fhir::IssueType::not_found,
                          request.type + "/" + request.id + " is not known");
}

}  // namespace

fhir::Result<HistoryPage> History::page(const HistoryRequest& request) {
  const std::int64_t start = request.oldest_first ? -1 : k_greatest;
  Place before{start, start, start};
  if (!request.cursor.empty()) {
    FHIR_TRY(cursor, sql::decode(request.cursor, shape_of(request), connection_.seal()));
    before = {cursor.newest_rid, cursor.rid, number_of(cursor.keys[0])};
    snapshot_ = HistorySnapshot{cursor.time, cursor.changes, number_of(cursor.keys[1])};
  }
  std::vector<SqlText> parts;  // each one resource or one type, or some resources
  if (request.within) {
    FHIR_TRY(listed, parts_within(request));
    parts = std::move(listed);
  } else if (request.type.empty()) {
    for (const std::int64_t type : dictionary_.types()) {
      SqlText part("v.type = ");
      parts.push_back(part.bind(type));
    }
  } else {
    const auto type = dictionary_.type(request.type);
    if (!type && !request.id.empty()) return fhir::unexpected(not_found(request));
    if (type && request.id.empty()) {
      SqlText part("v.type = ");
      parts.push_back(part.bind(*type));
    } else if (type) {
      FHIR_TRY(rid, find(*type, request));
      SqlText part("v.rid = ");
      parts.push_back(part.bind(rid));
    }
  }
  HistoryPage page;
  std::vector<Found> found;
  for (const SqlText& part : parts) {
    FHIR_CHECK(collect(part, request, before, found));
    FHIR_TRY(count_of_part, count(part, request));
    page.total += count_of_part;
  }
  const bool has_more = found.size() > request.count;
  if (has_more) found.resize(request.count);
  if (has_more && !found.empty()) {
    if (!snapshot_) {
      FHIR_TRY(now, snapshot_of_now());
      snapshot_ = now;
    }
    const Place& last = found.back().place;
    sql::Cursor cursor;
    cursor.newest_rid = last.last_updated;
    cursor.rid = last.rid;
    cursor.keys = {last.version_id, snapshot_->newest_rid};
    cursor.changes = snapshot_->changes;
    cursor.time = snapshot_->time;
    page.next_cursor = sql::encode(cursor, shape_of(request), connection_.seal());
  }
  for (Found& one : found) page.versions.push_back(std::move(one.version));
  return page;
}

fhir::Result<HistorySnapshot> History::snapshot_of_now() {
  HistorySnapshot now;
  for (const std::int64_t type : dictionary_.types()) {
    FHIR_TRY(statement, connection_.statement("SELECT max(last_updated) FROM resource "
                                              "WHERE version_id > 0 AND type = ?"));
    Run run(*statement);
    run->bind(1, type);
    if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
    now.time = std::max(now.time, run->integer(0));
  }
  FHIR_TRY(changes, connection_.integer("SELECT max(seq) FROM history"));
  now.changes = changes;
  FHIR_TRY(newest, connection_.newest_rid());
  now.newest_rid = newest;
  return now;
}

/// "Only include resource versions that are referenced in the specified list": one that names no
/// version is of all.
fhir::Result<std::vector<SqlText>> History::parts_within(const HistoryRequest& request) {
  constexpr std::size_t k_in_one = 200;
  std::set<std::int64_t> whole;
  std::set<std::pair<std::int64_t, std::int64_t>> single;
  for (const HistoryItem& item : *request.within) {
    if (!request.type.empty() && item.type != request.type) continue;
    if (!request.id.empty() && item.id != request.id) continue;
    const auto type = dictionary_.type(item.type);
    if (!type) continue;
    FHIR_TRY(statement, connection_.fixed(Fixed::find_identity));
    Run run(*statement);
    run->bind(1, *type);
    run->bind_text(2, item.id);
    const Step step = run->step();
    if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
    if (step == Step::done) continue;
    if (item.version) {
      single.emplace(run->integer(0), *item.version);
    } else {
      whole.insert(run->integer(0));
    }
  }
  std::vector<SqlText> parts;
  std::size_t count = 0;
  for (const std::int64_t rid : whole) {
    if (count % k_in_one == 0) {
      if (count != 0) parts.back() << ")";
      parts.emplace_back("v.rid IN (");
    } else {
      parts.back() << ", ";
    }
    parts.back().bind(rid);
    ++count;
  }
  if (count != 0) parts.back() << ")";
  for (const auto& [rid, version] : single) {
    if (whole.contains(rid)) continue;
    SqlText part("v.rid = ");
    part.bind(rid);
    (part << " AND v.version_id = ").bind(version);
    parts.push_back(std::move(part));
  }
  return parts;
}

fhir::Result<std::int64_t> History::find(std::int64_t type, const HistoryRequest& request) {
  FHIR_TRY(statement, connection_.fixed(Fixed::find_identity));
  Run run(*statement);
  run->bind(1, type);
  run->bind_text(2, request.id);
  const Step step = run->step();
  if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  if (step == Step::done || run->integer(1) == 0) return fhir::unexpected(not_found(request));
  return run->integer(0);
}

/// Merges the next versions of one part into `found`, which keeps one more than the page holds.
fhir::Result<void> History::collect(const SqlText& which, const HistoryRequest& request,
                                    const Place& before, std::vector<Found>& found) {
  const std::size_t limit = std::size_t{request.count} + 1;
  for (const std::string_view table : k_tables) {
    SqlText text(
        "SELECT v.last_updated, v.rid, v.version_id, v.method, v.deleted, v.body, r.type, r.id "
        "FROM ");
    text << table << " v CROSS JOIN resource r ON r.rid = v.rid WHERE " << which
         << " AND v.version_id > 0";
    const std::string_view past = request.oldest_first ? " > " : " < ";
    (text << " AND v.last_updated" << (request.oldest_first ? " >= " : " <= "))
        .bind(before.last_updated);
    (text << " AND (v.last_updated" << past).bind(before.last_updated);
    (text << " OR v.rid" << past).bind(before.rid);
    (text << " OR (v.rid = ").bind(before.rid);
    (text << " AND v.version_id" << past).bind(before.version_id) << "))";
    add_bounds(text, request, snapshot_);
    const std::string_view order = request.oldest_first ? "" : " DESC";
    text << " ORDER BY v.last_updated" << order << ", v.rid" << order << ", v.version_id" << order;
    (text << " LIMIT ").bind(static_cast<std::int64_t>(limit));
    FHIR_TRY(statement, connection_.statement(text.text()));
    Run run(*statement);
    bind_all(*run, text.values());
    Step step;
    while ((step = run->step()) == Step::row) {
      Found one{{run->integer(0), run->integer(1), run->integer(2)}, {}};
      one.version.last_updated = run->integer(0);
      one.version.version_id = run->integer(2);
      one.version.method = static_cast<WriteMethod>(run->integer(3));
      one.version.deleted = run->integer(4) != 0;
      FHIR_TRY(body, connection_.body(*run, 5));
      one.version.body = std::move(body);
      one.version.type = dictionary_.type_name(run->integer(6));
      one.version.id = run->bytes(7);
      found.push_back(std::move(one));
    }
    if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  }
  std::sort(found.begin(), found.end(), [&](const Found& a, const Found& b) {
    return request.oldest_first ? a.place < b.place : a.place > b.place;
  });
  if (found.size() > limit) found.resize(limit);
  return {};
}

fhir::Result<std::uint64_t> History::count(const SqlText& which, const HistoryRequest& request) {
  std::uint64_t total = 0;
  for (const std::string_view table : k_tables) {
    SqlText text("SELECT count(*) FROM ");
    text << table << " v WHERE " << which << " AND v.version_id > 0";
    add_bounds(text, request, snapshot_);
    FHIR_TRY(statement, connection_.statement(text.text()));
    Run run(*statement);
    bind_all(*run, text.values());
    if (run->step() != Step::row) return fhir::unexpected(connection_.issue(run->code()));
    total += static_cast<std::uint64_t>(run->integer(0));
  }
  return total;
}

}  // namespace server::storage::sqlite
