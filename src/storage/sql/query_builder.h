// A search as statements: which index drives, which others are looked up for each of its rows.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "src/search/query.h"
#include "src/storage/sql/catalog.h"
#include "src/storage/sql/criteria.h"
#include "src/storage/sql/cursor.h"
#include "src/storage/sql/sort_order.h"

namespace server::storage::sql {

/// Builds the statements of one query. Semantics live here and in the criteria; products differ in
/// the Dialect.
class QueryBuilder {
 public:
  QueryBuilder(Catalog& catalog, const Dialect& dialect)
      : catalog_(catalog), dialect_(dialect), compiler_(catalog, dialect) {}

  /// Compiles the criteria; before anything else.
  fhir::Result<void> compile(const search::Query& query);

  /// Statements whose rows, one statement after the other, are the page: rid, then the sort keys.
  /// Each gives `limit` rows at most. Empty: nothing matches.
  fhir::Result<std::vector<SqlText>> page(const Cursor& cursor, bool is_first, std::uint32_t limit);

  /// Gives the number of matches; of contained resources for which their containers stand, that of
  /// containers.
  fhir::Result<SqlText> count();

  /// From now on resources that changed since are left out, and contained ones whose container did:
  /// more than so many versions were superseded then. They are what page_of_past() finds.
  void leave_out_changed_since(std::int64_t changes) { changes_ = changes; }

  /// The same page of the resources in the table `past` (SQLite's adapter: past.h).
  fhir::Result<std::vector<SqlText>> page_of_past(const Cursor& cursor, bool is_first,
                                                  std::uint32_t limit);

  /// What the last page() or count() chose, and by which numbers; a line each.
  std::vector<std::string> explanation() const;

  /// Holds the matches to these.
  void keep_to(const std::vector<std::int64_t>& rids);

 private:
  struct Choice {
    std::optional<std::size_t> driver;  // index into conditions_; none: all resources of the type
    bool is_small = false;              // few enough rows to be sorted
    // All matches have a rid in [first, last].
    std::int64_t first = 0;
    std::int64_t last = std::numeric_limits<std::int64_t>::max();
  };

  fhir::Result<Choice> choose(std::uint32_t limit);
  fhir::Result<Choice> choose_driver(std::uint32_t limit);
  enum class Count : unsigned char { matching, read };
  fhir::Result<std::int64_t> probe(const Condition& condition, std::int64_t limit, Count what);
  fhir::Result<void> narrow(Choice& choice, std::int64_t rows);
  std::vector<Branch> driver_of(const Choice& choice);
  Branch all_live();
  void add_filters(SqlText& text, const Choice& choice, const std::string& rid);
  SqlText matches(const Choice& choice, std::int64_t after, std::int64_t newest);
  SqlText sorted_page(const Choice& choice, const Cursor& cursor, bool is_first,
                      std::uint32_t limit);
  std::vector<SqlText> index_sorted_page(const Cursor& cursor, bool is_first, std::uint32_t limit);

  Catalog& catalog_;
  const Dialect& dialect_;
  CriteriaCompiler compiler_;
  std::int64_t type_ = 0;
  bool is_of_contained_ = false;
  bool counts_containers_ = false;
  bool matches_nothing_ = false;
  std::vector<Condition> conditions_;
  struct Seen {
    std::string name;                  // of the criterion
    std::optional<std::int64_t> rows;  // that were counted; none: it was not asked
    std::int64_t limit = 0;            // where counting ended
  };
  std::vector<Seen> seen_;  // one for each of conditions_
  Choice chosen_;
  std::optional<std::int64_t> changes_;
  bool is_past_ = false;
  std::vector<SortColumn> sort_;
};

/// A statement of a page that gives the current version behind each row: version_id, last_updated,
/// method, deleted, body, type, id. The page's order stays: its rows are the outer loop of the
/// join.
std::string with_versions(const std::string& page);

}  // namespace server::storage::sql
