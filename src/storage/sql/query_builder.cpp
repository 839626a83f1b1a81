#include "src/storage/sql/query_builder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "src/storage/sql/contained_name.h"

namespace server::storage::sql {
namespace {

constexpr std::int64_t k_probe_min = 128;
constexpr std::int64_t k_probe_max = 20'000;
constexpr std::int64_t k_few = 64;  // a driver of so few rows needs no better one

/// Its rows are one range of an index, in the order of rid.
bool is_range(const Condition& condition) {
  return condition.can_drive && condition.driver.size() == 1 && condition.driver.front().ordered;
}

std::string name_of(const search::Criterion& criterion) {
  return criterion.parameter == nullptr ? "combination" : std::string(criterion.parameter->code);
}

bool is_in_order(const Condition& condition) {
  return std::all_of(condition.driver.begin(), condition.driver.end(),
                     [](const Branch& branch) { return branch.ordered; });
}

}  // namespace

fhir::Result<void> QueryBuilder::compile(const search::Query& query) {
  is_of_contained_ = query.contained == search::Contained::only;
  counts_containers_ = is_of_contained_ && query.contained_type == search::ContainedType::container;
  const auto type = catalog_.type(is_of_contained_ ? contained_type_name(query.resource_type)
                                                   : query.resource_type);
  if (!type) matches_nothing_ = true;
  type_ = type.value_or(0);
  for (const search::Criterion& criterion : query.criteria) {
    FHIR_TRY(condition, compiler_.compile(type_, criterion));
    if (condition.matches_nothing()) matches_nothing_ = true;
    if (condition.negated && condition.filter.empty()) continue;  // always true
    conditions_.push_back(std::move(condition));
    seen_.push_back({name_of(criterion), {}});
  }
  FHIR_TRY(columns, sort_columns(catalog_, type_, query));
  sort_ = std::move(columns);
  return {};
}

/// A driver in rid order stops as soon as the page is full; one that is not must be read to its end
/// and sorted. With n matching rows among N resources, reading n rows costs as much as walking all
/// resources until `limit` match when n = sqrt(limit * N): past that, walking wins. So no probe
/// counts further than that, nor reads much further where another criterion can be walked.
fhir::Result<QueryBuilder::Choice> QueryBuilder::choose_driver(std::uint32_t limit) {
  const double total = static_cast<double>(catalog_.live_count(type_));
  const std::int64_t enough = std::clamp<std::int64_t>(
      static_cast<std::int64_t>(std::sqrt(limit * total)), k_probe_min, k_probe_max);
  Choice choice;
  std::int64_t best = enough;
  bool best_is_ordered = false;
  if (conditions_.size() == 1 && sort_.empty()) {
    const Condition& only = conditions_.front();
    if (only.can_drive && is_in_order(only)) return Choice{0, true};
  }
  for (std::size_t at = 0; at < conditions_.size(); ++at) {
    const Condition& condition = conditions_[at];
    if (!condition.can_drive) continue;
    // narrow() looks at it, and reads fewer of its rows.
    if (choice.is_small && best_is_ordered && is_range(conditions_[*choice.driver]) &&
        is_range(condition))
      continue;
    const bool is_ordered = is_in_order(condition);
    const bool has_other = std::any_of(
        conditions_.begin(), conditions_.end(),
        [&](const auto& one) { return &one != &condition && one.can_drive && is_in_order(one); });
    FHIR_TRY(rows, probe(condition, best + 1, has_other ? Count::read : Count::matching));
    seen_[at].rows = rows;
    seen_[at].limit = best + 1;
    // Of no use at the limit, where it may have any number of rows, unless there is no other.
    const bool is_as_good = rows == best || !choice.driver;
    if (rows < best || (is_as_good && is_ordered && !best_is_ordered)) {
      // A driver without an order is of use only when its rows are few.
      if (rows >= enough && !is_ordered) continue;
      choice.driver = at;
      choice.is_small = rows < enough;
      best = std::min(rows, best);
      best_is_ordered = is_ordered;
    }
    if (best <= k_few) break;
  }
  if (choice.is_small && best > k_few) FHIR_CHECK(narrow(choice, best));
  return choice;
}

fhir::Result<QueryBuilder::Choice> QueryBuilder::choose(std::uint32_t limit) {
  FHIR_TRY(choice, choose_driver(limit));
  chosen_ = choice;
  return choice;
}

/// What belongs together was often written together: the other conditions' rows between the first
/// and the last one of the driver may be far fewer than the driver's.
fhir::Result<void> QueryBuilder::narrow(Choice& choice, std::int64_t rows) {
  const std::size_t driver = *choice.driver;
  if (conditions_.size() == 1 || !is_range(conditions_[driver])) return {};
  const Branch& wide = conditions_[driver].driver.front();
  const auto end = [&](std::string_view direction) {
    SqlText text("SELECT " + wide.rid + " FROM " + wide.from + " WHERE ");
    text << wide.where << " ORDER BY " << wide.rid << direction << " LIMIT 1";
    return catalog_.number(text);
  };
  FHIR_TRY(first, end(""));
  FHIR_TRY(last, end(" DESC"));
  choice.first = first;
  choice.last = last;
  for (std::size_t at = 0; at < conditions_.size(); ++at) {
    if (at == driver || !is_range(conditions_[at])) continue;
    const Branch& branch = conditions_[at].driver.front();
    SqlText text("SELECT count(*) FROM (SELECT 1 FROM ");
    (text << branch.from << " WHERE " << branch.where << " AND " << branch.rid << " >= ")
        .bind(first);
    (text << " AND " << branch.rid << " <= ").bind(last);
    (text << " LIMIT ").bind(rows);
    FHIR_TRY(found, catalog_.number(text << ")"));
    if (found >= rows) continue;
    rows = found;
    choice.driver = at;
  }
  return {};
}

/// Rows of the driver, up to `limit`: those that match, or all that are read to find them.
fhir::Result<std::int64_t> QueryBuilder::probe(const Condition& condition, std::int64_t limit,
                                               Count what) {
  std::int64_t rows = 0;
  for (const Branch& branch : condition.driver) {
    SqlText text("SELECT count(*) FROM (SELECT 1 FROM ");
    const bool is_range = what == Count::read && !branch.range.empty();
    text << branch.from << " WHERE " << (is_range ? branch.range : branch.where);
    (text << " LIMIT ").bind(limit - rows);
    FHIR_TRY(found, catalog_.number(text << ")"));
    if ((rows += found) >= limit) break;
  }
  return rows;
}

Branch QueryBuilder::all_live() {
  Branch all;
  all.from = is_past_ ? "past d" : "resource d";
  all.rid = "d.rid";
  (all.where << "d.type = ").bind(type_) << " AND d.deleted = 0";
  all.ordered = true;
  return all;
}

std::vector<Branch> QueryBuilder::driver_of(const Choice& choice) {
  if (choice.driver) return conditions_[*choice.driver].driver;
  return {all_live()};
}

void QueryBuilder::add_filters(SqlText& text, const Choice& choice, const std::string& rid) {
  for (std::size_t at = 0; at < conditions_.size(); ++at) {
    if (choice.driver != at) text << " AND " << filter_text(conditions_[at], rid);
  }
  if (!changes_) return;
  if (is_of_contained_) {
    text << " AND (SELECT CAST(c.id AS INTEGER) FROM resource c WHERE c.rid = " << rid << ")";
    (text << " NOT IN (SELECT rid FROM history WHERE seq > ").bind(*changes_) << ")";
    return;
  }
  // Versions are superseded in their order: the newest one tells, however many have changed since.
  text << " AND coalesce((SELECT h.seq FROM history h WHERE h.rid = " << rid;
  (text << " ORDER BY h.version_id DESC LIMIT 1), 0) <= ").bind(*changes_);
}

/// SELECT of the matching rids in (after, newest], each once, in any order.
SqlText QueryBuilder::matches(const Choice& choice, std::int64_t after, std::int64_t newest) {
  SqlText text;
  const std::vector<Branch> branches = driver_of(choice);
  for (const Branch& branch : branches) {
    const std::string rid = branch.ordered ? branch.rid : dialect_.unindexed(branch.rid);
    text << (text.empty() ? "SELECT " : " UNION SELECT ")
         << (branches.size() == 1 && choice.driver ? "DISTINCT " : "") << rid << " AS rid FROM "
         << branch.from << " WHERE " << branch.where;
    (text << " AND " << rid << " > ").bind(std::max(after, choice.first - 1));
    (text << " AND " << rid << " <= ").bind(std::min(newest, choice.last));
    add_filters(text, choice, branch.rid);
  }
  return text;
}

fhir::Result<std::vector<SqlText>> QueryBuilder::page(const Cursor& cursor, bool is_first,
                                                      std::uint32_t limit) {
  std::vector<SqlText> statements;
  if (matches_nothing_) return statements;
  FHIR_TRY(choice, choose(limit));
  if (sort_.empty()) {
    SqlText text = matches(choice, cursor.rid, cursor.newest_rid);
    (text << " ORDER BY 1 LIMIT ").bind(std::int64_t{limit});
    statements.push_back(std::move(text));
    return statements;
  }
  // The index of resources by time holds none that have no version.
  if (choice.is_small || sort_.front().table.empty() || is_of_contained_) {
    statements.push_back(sorted_page(choice, cursor, is_first, limit));
    return statements;
  }
  return index_sorted_page(cursor, is_first, limit);
}

fhir::Result<std::vector<SqlText>> QueryBuilder::page_of_past(const Cursor& cursor, bool is_first,
                                                              std::uint32_t limit) {
  std::vector<SqlText> statements;
  if (matches_nothing_) return statements;
  is_past_ = true;
  for (SortColumn& column : sort_) {
    if (!column.is_of_resource() && !column.table.empty()) column.table = "past_" + column.table;
  }
  const Choice each{{}, true};
  if (sort_.empty()) {
    SqlText text = matches(each, cursor.rid, cursor.newest_rid);
    (text << " ORDER BY 1 LIMIT ").bind(std::int64_t{limit});
    statements.push_back(std::move(text));
  } else {
    statements.push_back(sorted_page(each, cursor, is_first, limit));
  }
  return statements;
}

/// Few matches: look up their keys and sort them.
SqlText QueryBuilder::sorted_page(const Choice& choice, const Cursor& cursor, bool is_first,
                                  std::uint32_t limit) {
  SqlText text("WITH m AS MATERIALIZED (SELECT f.rid AS rid");
  std::vector<std::string> keys;
  for (std::size_t at = 0; at < sort_.size(); ++at) {
    keys.push_back("k" + std::to_string(at + 1));
    text << ", " << sort_[at].value("f.rid", "s" + std::to_string(at + 1)) << " AS " << keys.back();
  }
  text << " FROM (" << matches(choice, 0, cursor.newest_rid) << ") f) SELECT rid";
  for (const std::string& key : keys) text << ", " << key;
  text << " FROM m";
  if (!is_first) text << " WHERE " << after_cursor(sort_, cursor, keys, "rid");
  text << order_by(sort_, keys, "rid");
  (text << " LIMIT ").bind(std::int64_t{limit});
  return text;
}

/// Many matches: walk the first key's index in its order, then the resources that have no such key.
std::vector<SqlText> QueryBuilder::index_sorted_page(const Cursor& cursor, bool is_first,
                                                     std::uint32_t limit) {
  const SortColumn& first = sort_.front();
  const Choice no_driver;
  std::vector<SqlText> statements;
  const auto finish = [&](SqlText& text, const std::vector<std::string>& keys,
                          const std::string& first_order) {
    (text << " AND d.rid <= ").bind(cursor.newest_rid);
    add_filters(text, no_driver, "d.rid");
    if (!is_first) text << " AND " << after_cursor(sort_, cursor, keys, "d.rid");
    text << " ORDER BY " << first_order;
    for (std::size_t at = 1; at < keys.size(); ++at) {
      text << keys[at] << " IS NULL, " << keys[at] << (sort_[at].descending ? " DESC, " : ", ");
    }
    (text << (first.descending ? "d.rid DESC" : "d.rid") << " LIMIT ").bind(std::int64_t{limit});
  };
  const auto select = [&](const std::string& first_key, std::vector<std::string>& keys) {
    SqlText text("SELECT DISTINCT d.rid AS rid, ");
    text << first_key << " AS k1";
    keys = {first_key};
    for (std::size_t at = 1; at < sort_.size(); ++at) {
      keys.push_back("k" + std::to_string(at + 1));
      text << ", " << sort_[at].value("d.rid", "s" + std::to_string(at + 1)) << " AS "
           << keys.back();
    }
    return text;
  };
  std::vector<std::string> keys;
  const std::string column = "d." + first.column;
  if (is_first || cursor.keys.front().index() != 0) {
    SqlText text = select(column, keys);
    text << " FROM " << first.table << " d WHERE ";
    if (first.is_of_resource()) {
      // Not the index of live rows, which has another order.
      (text << "d.type = ").bind(type_)
          << " AND d.version_id > 0 AND " << dialect_.unindexed("d.deleted") << " = 0";
    } else {
      (text << "d.param = ").bind(first.param);
      // Of several values of a resource only the one that sorts first counts.
      text << " AND " << column << " = " << first.value("d.rid", "s1");
    }
    if (!is_first) {
      (text << " AND " << column << (first.descending ? " <= " : " >= ")).bind(cursor.keys.front());
    }
    finish(text, keys, column + (first.descending ? " DESC, " : ", "));
    statements.push_back(std::move(text));
  }
  if (!first.is_of_resource()) {
    SqlText text = select("NULL", keys);
    const Branch all = all_live();
    text << " FROM " << all.from << " WHERE " << all.where;
    (text << " AND NOT EXISTS(SELECT 1 FROM " << first.table
          << " s1 WHERE s1.rid = d.rid AND s1.param = ")
        .bind(first.param);
    text << ")";
    Cursor rest = cursor;
    const bool begins = is_first || cursor.keys.front().index() != 0;
    (text << " AND d.rid <= ").bind(cursor.newest_rid);
    add_filters(text, no_driver, "d.rid");
    if (!begins) text << " AND " << after_cursor(sort_, rest, keys, "d.rid");
    text << " ORDER BY ";
    for (std::size_t at = 1; at < keys.size(); ++at) {
      text << keys[at] << " IS NULL, " << keys[at] << (sort_[at].descending ? " DESC, " : ", ");
    }
    (text << (first.descending ? "d.rid DESC" : "d.rid") << " LIMIT ").bind(std::int64_t{limit});
    statements.push_back(std::move(text));
  }
  return statements;
}

fhir::Result<SqlText> QueryBuilder::count() {
  SqlText text;
  if (matches_nothing_) return SqlText("SELECT 0");
  if (conditions_.empty() && !counts_containers_) {
    (text << "SELECT live FROM resource_type WHERE type = ").bind(type_);
    return text;
  }
  FHIR_TRY(choice, choose(1000));
  const SqlText found = matches(choice, 0, std::numeric_limits<std::int64_t>::max());
  if (counts_containers_) {
    return text << "SELECT count(DISTINCT CAST(c.id AS INTEGER)) FROM (" << found
                << ") f JOIN resource c ON c.rid = f.rid";
  }
  return text << "SELECT count(*) FROM (" << found << ")";
}

void QueryBuilder::keep_to(const std::vector<std::int64_t>& rids) {
  Branch these;
  these.from = "resource kept";
  these.rid = "kept.rid";
  these.where << "kept.rid IN (";
  for (std::size_t at = 0; at < rids.size(); ++at) {
    (these.where << (at == 0 ? "" : ", ")).bind(rids[at]);
  }
  these.where << ")";
  Condition condition;
  condition.add(std::move(these));
  conditions_.push_back(std::move(condition));
  seen_.push_back({"kept", {}});
}

std::string with_versions(const std::string& page) {
  return "SELECT page.*, version.version_id, version.last_updated, version.method, "
         "version.deleted, version.body, version.type, version.id FROM (" +
         page + ") page CROSS JOIN resource version ON version.rid = page.rid";
}

}  // namespace server::storage::sql
