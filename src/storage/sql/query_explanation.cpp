// What a search says of itself when it is asked to explain.
#include "src/storage/sql/query_builder.h"

namespace server::storage::sql {

std::vector<std::string> QueryBuilder::explanation() const {
  std::vector<std::string> lines;
  if (matches_nothing_) return {"nothing can match: no index row has such a value"};
  lines.push_back(std::to_string(catalog_.live_count(type_)) + " resources of the type");
  for (std::size_t at = 0; at < seen_.size(); ++at) {
    const Seen& one = seen_[at];
    std::string line = "criterion `" + one.name + "`: ";
    if (!one.rows) {
      line += conditions_[at].can_drive && !conditions_[at].negated ? "not counted"
                                                                    : "can only be looked up";
    } else {
      line += std::to_string(*one.rows) +
              (*one.rows >= one.limit ? " index rows or more" : " index rows");
    }
    if (chosen_.driver == at)
      line += chosen_.is_small ? "; it comes first, all its rows are read"
                               : "; it comes first, its rows are read until the page is full";
    lines.push_back(std::move(line));
  }
  if (!chosen_.driver)
    lines.push_back(sort_.empty()
                        ? "all resources of the type are looked at until the page is full"
                        : "the index of the first sort key is read until the page is full");
  return lines;
}

}  // namespace server::storage::sql
