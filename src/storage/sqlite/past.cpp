#include "src/storage/sqlite/past.h"

#include <sqlite3.h>

#include <algorithm>

#include "src/storage/sql/contained_name.h"
#include "src/storage/sql/dialect.h"
#include "src/storage/sql/query_builder.h"
#include "src/storage/sqlite/index_writer.h"

namespace server::storage::sqlite {
namespace {

constexpr std::uint32_t k_contained_max = 100'000;  // found in the versions of then

/// Names that the store does not have: what the version of then refers to within itself may be
/// gone, and its rows are made by the definitions of now. They are there until the rollback.
class NamesOfPast final : public Names {
 public:
  using Names::Names;

 protected:
  fhir::Result<std::int64_t> insert_text(std::string_view folded) override {
    return insert("INSERT INTO past_concept_text VALUES(?, ?)",
                  [&](Statement& statement) { statement.bind_text(2, folded); });
  }
  fhir::Result<std::int64_t> insert_identity(std::int64_t type, std::string_view id) override {
    return insert("INSERT INTO past VALUES(?, ?, ?, 0, 0, 1)", [&](Statement& statement) {
      statement.bind(2, type);
      statement.bind_text(3, id);
    });
  }

 private:
  template <typename BindRest>
  fhir::Result<std::int64_t> insert(const std::string& text, const BindRest& bind_rest) {
    FHIR_TRY(statement, connection_.statement(text));
    Run run(*statement);
    run->bind(1, --last_);
    bind_rest(*run);
    if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
    return last_;
  }

  std::int64_t last_ = 0;  // negative: no number of the store
};

/// `past` and the tables past_… hold the resources that changed; a view with the name of a table
/// shows them instead of its own rows. What is inserted there goes to the table of the past.
std::string hiding_schema() {
  std::string text = R"sql(
    CREATE TEMP TABLE past(rid INTEGER PRIMARY KEY, type, id, version_id, last_updated, deleted);
    CREATE TEMP VIEW resource AS
      SELECT rid, type, id, version_id, last_updated, deleted FROM main.resource
        WHERE rid NOT IN (SELECT rid FROM temp.past)
      UNION ALL SELECT * FROM temp.past;
    CREATE TEMP TABLE past_concept_text(text INTEGER PRIMARY KEY, folded);
    CREATE TEMP VIEW concept_text AS
      SELECT text, folded FROM main.concept_text UNION ALL SELECT * FROM temp.past_concept_text;)sql";
  // Names knows these without the table.
  for (const std::string name : {"resource_type", "search_parameter", "system"}) {
    text += "CREATE TEMP VIEW " + name + " AS SELECT * FROM main." + name + ";";
    text += "CREATE TEMP TRIGGER no_" + name + " INSTEAD OF INSERT ON " + name +
            " BEGIN SELECT 1; END;";
  }
  for (const sql::IndexTable& table : sql::index_tables()) {
    std::string columns, values;
    for (const std::string_view column : table.columns) {
      columns.append(columns.empty() ? "" : ", ").append(column);
      values.append(values.empty() ? "NEW." : ", NEW.").append(column);
    }
    const std::string name(table.name), past = "past_" + name;
    text += "CREATE TEMP TABLE " + past + "(" + columns + ");";
    text += "CREATE INDEX temp." + past + "_of ON " + past + "(rid, param);";
    text += "CREATE TEMP VIEW " + name + " AS SELECT " + columns + " FROM main." + name +
            " WHERE rid NOT IN (SELECT rid FROM temp.past) UNION ALL SELECT " + columns +
            " FROM temp." + past + ";";
    text += "CREATE TEMP TRIGGER " + past + "_in INSTEAD OF INSERT ON " + name +
            " BEGIN INSERT INTO " + past + " VALUES(" + values + "); END;";
  }
  return text;
}

}  // namespace

fhir::Result<std::unique_ptr<Past>> Past::open(Connection& present) {
  FHIR_TRY(connection, Connection::open(sqlite3_db_filename(present.handle(), "main"),
                                        Connection::Access::read_only));
  FHIR_CHECK(connection->execute("PRAGMA temp_store = MEMORY"));
  FHIR_CHECK(connection->execute(hiding_schema()));
  return std::unique_ptr<Past>(new Past(present, std::move(connection)));
}

fhir::Result<std::vector<Past::Found>> Past::find(const search::Query& query,
                                                  const search::IndexOf& index_of,
                                                  const sql::Cursor& cursor, Range& range,
                                                  std::uint32_t limit, sql::Catalog& catalog,
                                                  const Dictionary& dictionary) {
  std::vector<Found> found;
  const bool is_of_contained = query.contained == search::Contained::only;
  const auto type = catalog.type(is_of_contained ? sql::contained_type_name(query.resource_type)
                                                 : query.resource_type);
  if (!type) return found;
  if (is_of_contained) {
    Range all{cursor.newest_rid};
    FHIR_CHECK(read_versions(cursor, {}, 0, all));
  } else {
    // In the order of rid only what is behind the cursor is of interest, else all.
    FHIR_CHECK(read_versions(cursor, *type, query.sort.empty() ? cursor.rid : 0, range));
  }
  if (versions_.empty()) return found;
  const Clock clock = [&] { return catalog.now_ms(); };
  NamesOfPast names(*connection_, dictionary, clock);
  connection_->set_deadline(present_.deadline());
  FHIR_CHECK(connection_->run(Fixed::begin));
  auto done = is_of_contained ? fill_contained(index_of, cursor.newest_rid, dictionary, names)
                              : fill(*type, index_of, names);
  if (done) done = judge(query, cursor, limit, names, found);
  // Nothing of it is kept: the tables of the past are empty again.
  if (connection_->in_transaction()) FHIR_CHECK(connection_->run(Fixed::rollback));
  versions_.clear();
  contained_.clear();
  rows_.clear();
  if (!done) return fhir::unexpected(std::move(done).error());
  return found;
}

/// The first version of each that was superseded since is the one that was current. Without a type:
/// of whatever may contain others.
fhir::Result<void> Past::read_versions(const sql::Cursor& cursor, std::optional<std::int64_t> type,
                                       std::int64_t first, Range& range) {
  versions_.clear();
  contained_.clear();
  rows_.clear();
  // Of few resources all versions are looked at, of many all that was superseded since.
  const std::string_view by_rid = range.is_narrow ? "" : "+", by_time = range.is_narrow ? "+" : "";
  std::string text =
      "SELECT h.rid, h.version_id, h.last_updated, h.method, h.deleted, h.body, r.id, min(h.seq), "
      "h.type FROM history h CROSS JOIN resource r ON r.rid = h.rid WHERE ";
  text.append(by_time).append("h.seq > ? AND (? = 0 OR +h.type = ?) AND ");
  text.append(by_rid).append("h.rid > ? AND ").append(by_rid).append("h.rid <= ? ");
  FHIR_TRY(statement, present_.statement(text + "GROUP BY h.rid"));
  Run run(*statement);
  run->bind(1, cursor.changes);
  run->bind(2, type.value_or(0));
  run->bind(3, type.value_or(0));
  run->bind(4, first);
  run->bind(5, range.last);
  Step step;
  std::size_t changed = 0, bytes = 0;
  while ((step = run->step()) == Step::row) {
    if (++changed > k_changes_max || bytes > k_changed_bytes_max) {
      if (range.may_end_early) {  // rows come in the order of rid
        range.ended_at = run->integer(0) - 1;
        return {};
      }
      return fhir::unexpected(fhir::make_issue(
          fhir::IssueType::too_costly,
          "Too many resources have changed since the first page; begin the search again"));
    }
    if (run->integer(4) != 0) continue;
    Found& one = versions_.emplace_back();
    one.rid = run->integer(0);
    one.version.version_id = run->integer(1);
    one.version.last_updated = run->integer(2);
    one.version.method = static_cast<WriteMethod>(run->integer(3));
    FHIR_TRY(body, present_.body(*run, 5));
    bytes += body.size();
    one.version.body = std::move(body);
    one.version.id = run->bytes(6);
    one.container = one.rid;
    one.type = run->integer(8);
    if (!type && one.version.body.find("\"contained\"") == std::string::npos) {
      versions_.pop_back();
      --changed;
    }
  }
  if (step == Step::failed) return fhir::unexpected(present_.issue(run->code()));
  return {};
}

fhir::Result<void> Past::insert(std::int64_t rid, std::int64_t type, const Version& version) {
  FHIR_TRY(statement,
           connection_->statement("INSERT OR REPLACE INTO past VALUES(?, ?, ?, ?, ?, 0)"));
  Run run(*statement);
  run->bind(1, rid);
  run->bind(2, type);
  run->bind_text(3, version.id);
  run->bind(4, version.version_id);
  run->bind(5, version.last_updated);
  if (run->step() == Step::failed) return fhir::unexpected(connection_->issue(run->code()));
  return {};
}

fhir::Result<void> Past::fill(std::int64_t type, const search::IndexOf& index_of, Names& names) {
  IndexWriter index(*connection_, names);
  std::deque<search::IndexRows> rows;  // the writer looks at them until it is flushed
  for (const Found& one : versions_) {
    FHIR_CHECK(connection_->check_deadline());
    FHIR_CHECK(insert(one.rid, type, one.version));
    FHIR_TRY(made, index_of(one.version.body));
    rows.push_back(std::move(made));
    FHIR_CHECK(index.replace(one.rid, type, rows.back(), IndexWriter::Before::nothing));
  }
  return index.flush();
}

fhir::Result<void> Past::judge(const search::Query& query, const sql::Cursor& cursor,
                               std::uint32_t limit, Names& names, std::vector<Found>& found) {
  sql::QueryBuilder builder(names, sql::sqlite_dialect());
  FHIR_CHECK(builder.compile(query));
  const bool is_of_contained = query.contained == search::Contained::only;
  sql::Cursor start;
  start.newest_rid = cursor.newest_rid;
  FHIR_TRY(statements, is_of_contained ? builder.page_of_past(start, true, k_contained_max)
                                       : builder.page_of_past(cursor, false, limit));
  for (const sql::SqlText& text : statements) {
    FHIR_TRY(statement, connection_->statement(sql::sqlite_dialect().placeholders(text.text())));
    Run run(*statement);
    bind_all(*run, text.values());
    Step step;
    while ((step = run->step()) == Step::row) {
      const std::int64_t rid = run->integer(0);
      std::vector<sql::Value> keys;
      for (std::size_t key = 0; key < query.sort.size(); ++key)
        keys.push_back(run->value(static_cast<int>(key) + 1));
      std::optional<Found> match =
          is_of_contained ? found_contained(query, cursor, rid, keys) : found_whole(query, rid);
      if (!match) continue;
      match->keys = std::move(keys);
      found.push_back(*std::move(match));
      if (found.size() >= limit) break;
    }
    if (step == Step::failed) return fhir::unexpected(connection_->issue(run->code()));
  }
  return {};
}

/// A rid is found once.
Past::Found Past::found_whole(const search::Query& query, std::int64_t rid) {
  Found found = std::move(*std::lower_bound(
      versions_.begin(), versions_.end(), rid,
      [](const Found& version, std::int64_t than) { return version.rid < than; }));
  found.version.type = query.resource_type;
  return found;
}

}  // namespace server::storage::sqlite
