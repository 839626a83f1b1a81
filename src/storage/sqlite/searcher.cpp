// https://hl7.org/fhir/R4/http.html#search
#include "src/storage/sqlite/searcher.h"

#include <algorithm>
#include <unordered_map>

#include "src/storage/sql/contained_name.h"
#include "src/storage/sql/dialect.h"
#include "src/storage/sql/full_text.h"

namespace server::storage::sqlite {
namespace {

constexpr std::size_t k_rows_a_look_at_the_clock = 16;

/// What the text of a moment is bound to.
const search::Query& shape_of_moment() {
  static const search::Query k_moment = [] {
    search::Query query;
    query.resource_type = "a moment";
    return query;
  }();
  return k_moment;
}

}  // namespace

fhir::Result<Page> Searcher::search(const search::Query& query) {
  const bool is_of_one_type = query.types.empty();
  sql::QueryBuilder builder(catalog_, sql::sqlite_dialect());
  if (is_of_one_type) FHIR_CHECK(builder.compile(query));
  Page page;
  if (query.explain) plan_ = &page.plan;
  if (query.total != search::Total::none || query.summary == search::Summary::count) {
    FHIR_TRY(total, is_of_one_type ? count(builder) : count(query));
    page.total = total;
  }
  if (query.count == 0 || query.summary == search::Summary::count) return page;
  FHIR_TRY(cursor, start_of(query));
  const bool is_first = query.cursor.empty() && query.moment.empty();
  std::uint32_t limit = query.count;
  if (query.results_max) {
    limit = std::min(limit, *query.results_max - std::min(*query.results_max, cursor.returned));
  }
  FHIR_TRY(found, is_of_one_type
                      ? find_at_first(builder, query, query.index_of, cursor, is_first, limit + 1,
                                      query.contained == search::Contained::only ? Fetch::nothing
                                                                                 : Fetch::versions)
                      : find_in_types(query, cursor, is_first, limit + 1));
  if (found.size() > limit) {
    found.resize(limit);
    cursor.returned += limit;
    const bool is_all_asked = query.results_max && cursor.returned >= *query.results_max;
    if (!found.empty() && !is_all_asked) {
      if (is_first) {
        FHIR_TRY(change, connection_.newest_change());
        cursor.changes = change;
        FHIR_TRY(time, newest_time(query));
        cursor.time = time;
      }
      cursor.rid = found.back().rid;
      cursor.keys = found.back().keys;
      page.next_cursor = sql::encode(cursor, query, connection_.seal());
    }
  } else if (cut_at_) {
    cursor.rid = *cut_at_;
    page.next_cursor = sql::encode(cursor, query, connection_.seal());
  }
  page.entries.reserve(found.size());
  Rids matches;
  const bool containers_stand =
      std::any_of(query.types.begin(), query.types.end(), [](const search::Query& type) {
        return type.contained == search::Contained::only &&
               type.contained_type == search::ContainedType::container;
      });
  for (Found& one : found) {
    if (containers_stand) {
      FHIR_TRY(is_first_of_all, is_first_of_types(query, one));
      if (!is_first_of_all) continue;
    }
    FHIR_TRY(is_there, add_match(page, query, one));
    if (!is_there) continue;
    // Only referred to at the first page, and created since. Of a moment no newer version either:
    // what was current then has been erased.
    const Version& version = page.entries.back().version;
    if (!is_first && query.index_of && !is_of_contained(query, one) &&
        (version.version_id == 1 || !query.moment.empty()) && version.last_updated > cursor.time) {
      page.entries.pop_back();
      continue;
    }
    matches.push_back(matched_rid_);
  }
  if (query.is_full_text) FHIR_CHECK(add_scores(page, query, matches));
  if (!query.includes.empty()) FHIR_CHECK(add_includes(page, query, std::move(matches)));
  return page;
}

/// Where the page begins, and what it is held to.
fhir::Result<sql::Cursor> Searcher::start_of(const search::Query& query) {
  if (!query.cursor.empty()) return sql::decode(query.cursor, query, connection_.seal());
  if (!query.moment.empty()) {
    if (!query.sort.empty() || !query.index_of)
      return fhir::unexpected(fhir::make_issue(fhir::IssueType::exception,
                                               "A search of a moment is sorted, or cannot index"));
    return sql::decode(query.moment, shape_of_moment(), connection_.seal());
  }
  sql::Cursor cursor;
  FHIR_TRY(newest, connection_.newest_rid());
  cursor.newest_rid = newest;
  return cursor;
}

fhir::Result<Moment> Searcher::moment() {
  sql::Cursor cursor;
  FHIR_TRY(newest, connection_.newest_rid());
  cursor.newest_rid = newest;
  FHIR_TRY(change, connection_.newest_change());
  cursor.changes = change;
  for (const std::int64_t type : dictionary_.types()) {
    FHIR_TRY(time, connection_.newest_time(type));
    cursor.time = std::max(cursor.time, time);
  }
  return Moment{sql::encode(cursor, shape_of_moment(), connection_.seal()), cursor.time};
}

/// What is behind `at` is for the next page.
void Searcher::cut(std::vector<Found>& found, std::int64_t at) {
  std::erase_if(found, [&](const Found& one) { return one.rid > at; });
  cut_at_ = at;
}

fhir::Result<std::uint64_t> Searcher::count(sql::QueryBuilder& builder) {
  FHIR_TRY(statement, builder.count());
  FHIR_TRY(total, catalog_.number(statement));
  return static_cast<std::uint64_t>(total);
}

fhir::Result<std::uint64_t> Searcher::count(const search::Query& query) {
  std::uint64_t total = 0;
  for (const search::Query& type : query.types) {
    FHIR_TRY(more, count(type));
    total += more;
  }
  if (!query.types.empty()) return total;
  sql::QueryBuilder builder(catalog_, sql::sqlite_dialect());
  FHIR_CHECK(builder.compile(query));
  return count(builder);
}

fhir::Result<bool> Searcher::has_matches(const search::Query& query) {
  sql::QueryBuilder builder(catalog_, sql::sqlite_dialect());
  FHIR_CHECK(builder.compile(query));
  sql::Cursor all;
  all.newest_rid = std::numeric_limits<std::int64_t>::max();
  FHIR_TRY(found, find(builder, all, true, 1, query.sort.size()));
  return !found.empty();
}

fhir::Result<std::vector<Searcher::Found>> Searcher::find(sql::QueryBuilder& builder,
                                                          const sql::Cursor& cursor, bool is_first,
                                                          std::uint32_t limit, std::size_t keys,
                                                          Fetch fetch) {
  FHIR_TRY(statements, builder.page(cursor, is_first, limit));
  if (plan_ != nullptr) {
    for (std::string& line : builder.explanation()) plan_->push_back(std::move(line));
  }
  std::vector<Found> found;
  for (const sql::SqlText& text : statements) {
    FHIR_TRY(statement,
             connection_.statement(sql::sqlite_dialect().placeholders(
                 fetch == Fetch::versions ? sql::with_versions(text.text()) : text.text())));
    Run run(*statement);
    bind_all(*run, text.values());
    Step step = Step::done;
    const std::size_t before = found.size();
    while (found.size() < limit && (step = run->step()) == Step::row) {
      Found one{run->integer(0), {}};
      for (std::size_t key = 0; key < keys; ++key) {
        one.keys.push_back(run->value(static_cast<int>(key) + 1));
      }
      if (fetch == Fetch::versions && found.size() + 1 < limit) {
        if (found.size() % k_rows_a_look_at_the_clock == 0)
          FHIR_CHECK(connection_.check_deadline());
        FHIR_TRY(version, version_of(*run, static_cast<int>(keys) + 1));
        one.version = std::move(version);
      }
      found.push_back(std::move(one));
    }
    if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
    if (plan_ != nullptr) FHIR_CHECK(explain(text, found.size() - before));
    if (found.size() >= limit) break;
  }
  return found;
}

/// A page of the moment of the first one: what changed since is left out of what is found now, and
/// found by the versions of then.
fhir::Result<std::vector<Searcher::Found>> Searcher::find_at_first(
    sql::QueryBuilder& builder, const search::Query& query, const search::IndexOf& index_of,
    const sql::Cursor& cursor, bool is_first, std::uint32_t limit, Fetch fetch) {
  const std::size_t keys = query.sort.size();
  if (is_first || !index_of) return find(builder, cursor, is_first, limit, keys, fetch);
  FHIR_TRY(change, connection_.newest_change());
  if (change <= cursor.changes) return find(builder, cursor, is_first, limit, keys, fetch);
  builder.leave_out_changed_since(cursor.changes);
  FHIR_TRY(found, find(builder, cursor, is_first, limit, keys));
  const bool is_full = keys == 0 && found.size() >= limit;
  Past::Range range{is_full ? found.back().rid : cursor.newest_rid, is_full};
  range.may_end_early = !query.moment.empty() && query.contained != search::Contained::only;
  FHIR_TRY(past, connection_.past());
  FHIR_TRY(changed, past->find(query, index_of, cursor, range, limit, catalog_, dictionary_));
  if (range.ended_at) cut(found, *range.ended_at);
  for (Past::Found& one : changed) {
    found.push_back({one.rid, std::move(one.keys)});
    past_.emplace(one.rid, std::move(one));
  }
  std::sort(found.begin(), found.end(),
            [&](const Found& a, const Found& b) { return is_before(query, a.place(), b.place()); });
  if (found.size() > limit) found.resize(limit);
  return std::move(found);
}

/// Of the versions of the types that the query asks for.
fhir::Result<std::int64_t> Searcher::newest_time(const search::Query& query) {
  std::int64_t newest = 0;
  for (const search::Query& type : query.types) {
    FHIR_TRY(time, newest_time(type));
    newest = std::max(newest, time);
  }
  const auto type = catalog_.type(query.resource_type);
  if (!type) return newest;
  FHIR_TRY(time, connection_.newest_time(*type));
  return std::max(newest, time);
}

/// The statement, without its values, and how SQLite goes about it.
fhir::Result<void> Searcher::explain(const sql::SqlText& text, std::size_t rows) {
  plan_->push_back("statement, gave " + std::to_string(rows) + " rows: " + text.text());
  FHIR_TRY(statement, connection_.statement("EXPLAIN QUERY PLAN " +
                                            sql::sqlite_dialect().placeholders(text.text())));
  Run run(*statement);
  bind_all(*run, text.values());
  Step step;
  while ((step = run->step()) == Step::row) plan_->push_back("    " + std::string(run->bytes(3)));
  if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return {};
}

/// "The search score … a number between 0 and 1": how well the words match, by the measure BM25.
fhir::Result<void> Searcher::add_scores(Page& page, const search::Query& query,
                                        const Rids& matches) {
  const std::string match =
      sql::match_of(query.types.empty() ? query.criteria : query.types.front().criteria);
  if (match.empty() || matches.empty()) return {};
  sql::SqlText text = sql::ranked(match);
  text << " AND d.rid IN (";
  for (std::size_t at = 0; at < matches.size(); ++at) {
    (text << (at == 0 ? "" : ", ")).bind(matches[at]);
  }
  text << ")";
  FHIR_TRY(statement, connection_.statement(sql::sqlite_dialect().placeholders(text.text())));
  Run run(*statement);
  bind_all(*run, text.values());
  std::unordered_map<std::int64_t, double> relevance;
  Step step;
  while ((step = run->step()) == Step::row) relevance[run->integer(0)] = run->real(1);
  if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  for (std::size_t at = 0; at < matches.size(); ++at) {
    const auto found = relevance.find(matches[at]);
    if (found == relevance.end()) continue;
    const double positive = std::max(found->second, 0.0);
    page.entries[at].score = positive / (1 + positive);
  }
  return {};
}

/// Adds the resource when it is live. One that is contained comes only with its container.
fhir::Result<bool> Searcher::add_entry(Page& page, std::int64_t rid, bool is_match) {
  FHIR_CHECK(connection_.check_deadline());
  FHIR_TRY(statement, connection_.fixed(Fixed::read_by_rid));
  Run run(*statement);
  run->bind(1, rid);
  const Step step = run->step();
  if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  if (step == Step::done || run->integer(3) != 0) return false;
  FHIR_TRY(version, version_of(*run, 0));
  if (sql::is_contained_type(entry_type_name_)) return false;
  Page::Entry& entry = page.entries.emplace_back();
  entry.is_match = is_match;
  entry.version = std::move(version);
  return true;
}

/// first   of the columns of Fixed::read_by_rid
fhir::Result<Version> Searcher::version_of(const Statement& row, int first) {
  if (const std::int64_t type = row.integer(first + 5); type != entry_type_) {
    entry_type_ = type;
    entry_type_name_ = dictionary_.type_name(type);
  }
  Version version;
  version.version_id = row.integer(first);
  version.last_updated = row.integer(first + 1);
  version.method = static_cast<WriteMethod>(row.integer(first + 2));
  version.deleted = row.integer(first + 3) != 0;
  FHIR_TRY(body, connection_.body(row, first + 4));
  version.body = std::move(body);
  version.type = entry_type_name_;
  version.id = row.bytes(first + 6);
  return version;
}

}  // namespace server::storage::sqlite
