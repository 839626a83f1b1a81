#include "src/search/sort_values.h"

#include <utility>

namespace server::search {
namespace {

/// The rows of a key, of which the first or last value counts.
template <class Row, class ValueOf>
void choose(const std::vector<Row>& rows, const SortKey& key, SortValue& found,
            ValueOf&& value_of) {
  for (const Row& row : rows) {
    if (row.parameter->code != key.parameter->code) continue;
    SortValue value = value_of(row);
    if (!value) continue;
    if (!found || (key.descending ? *found < *value : *value < *found)) found = std::move(value);
  }
}

SortValue value_under(const SortKey& key, const Candidate& candidate) {
  if (key.parameter->code == "_id") return std::string(candidate.id);
  if (key.parameter->code == "_lastUpdated") return candidate.last_updated;
  const IndexRows& rows = *candidate.rows;
  SortValue found;
  choose(rows.tokens, key, found, [](const TokenRow& row) { return SortValue(row.code); });
  choose(rows.strings, key, found, [](const StringRow& row) {
    return row.exact.empty() ? SortValue() : SortValue(row.folded);
  });
  choose(rows.dates, key, found, [](const DateRow& row) { return SortValue(row.low); });
  choose(rows.numbers, key, found, [](const NumberRow& row) { return SortValue(row.low); });
  choose(rows.references, key, found,
         [](const ReferenceRow& row) { return SortValue(row.type + "/" + row.id); });
  choose(rows.uris, key, found, [](const UriRow& row) { return SortValue(row.value); });
  return found;
}

}  // namespace

std::vector<SortValue> sort_values(const std::vector<SortKey>& keys, const Candidate& candidate) {
  std::vector<SortValue> values;
  for (const SortKey& key : keys) values.push_back(value_under(key, candidate));
  return values;
}

bool stands_before(const std::vector<SortKey>& keys, const std::vector<SortValue>& a,
                   const std::vector<SortValue>& b) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (a[i] == b[i]) continue;
    if (!a[i] || !b[i]) return a[i].has_value();
    return keys[i].descending ? *b[i] < *a[i] : *a[i] < *b[i];
  }
  return false;
}

}  // namespace server::search
