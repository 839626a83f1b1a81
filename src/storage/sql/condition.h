// A criterion compiled against one database: which index rows make a resource match.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/storage/sql/sql_text.h"

namespace server::storage::sql {

/// Rows of one table (or a join) that match, each naming a resource by `rid`.
struct Branch {
  std::string from;  // `token_index t1`
  std::string rid;   // `t1.rid`
  SqlText where;
  bool ordered = false;  // the index gives these rows in the order of rid
  /// What of `where` the index finds its rows by, when it then looks at each for the rest: more
  /// rows are read than match. Empty: all of it.
  SqlText range;
};

/// A resource matches when a row of any branch names it, or of none where negated.
struct Condition {
  bool negated = false;
  std::vector<Branch> filter;  // for a resource that is known: looked up by rid
  std::vector<Branch> driver;  // to find resources; the same rows, perhaps reached another way
  bool can_drive = true;

  bool matches_nothing() const { return !negated && filter.empty(); }

  void add(Branch branch) {
    driver.push_back(branch);
    filter.push_back(std::move(branch));
  }
};

/// The condition on the resource that `rid` (an expression) names.
SqlText filter_text(const Condition& condition, std::string_view rid);

}  // namespace server::storage::sql
