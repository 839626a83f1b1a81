#include "src/storage/sql/condition.h"

namespace server::storage::sql {

SqlText filter_text(const Condition& condition, std::string_view rid) {
  if (condition.filter.empty()) return SqlText(condition.negated ? "1 = 1" : "1 = 0");
  SqlText text(condition.negated ? "NOT (" : "(");
  bool is_first = true;
  for (const Branch& branch : condition.filter) {
    text << (is_first ? "EXISTS(SELECT 1 FROM " : " OR EXISTS(SELECT 1 FROM ") << branch.from
         << " WHERE " << branch.where << " AND " << branch.rid << " = " << rid << ")";
    is_first = false;
  }
  return text << ")";
}

}  // namespace server::storage::sql
