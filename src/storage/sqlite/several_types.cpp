// A search of several types: each finds what comes next of its own, and the first of all that are
// the page. https://hl7.org/fhir/R4/http.html#search
#include <algorithm>
#include <compare>

#include "src/storage/sql/dialect.h"
#include "src/storage/sqlite/searcher.h"

namespace server::storage::sqlite {
namespace {

using sql::Value;

constexpr std::size_t k_of_text = 3;

std::partial_ordering numbers(const Value& a, const Value& b) {
  const auto* left = std::get_if<std::int64_t>(&a);
  const auto* right = std::get_if<std::int64_t>(&b);
  if (left != nullptr && right != nullptr) return *left <=> *right;
  const auto real = [](const Value& value) {
    const auto* integer = std::get_if<std::int64_t>(&value);
    return integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value);
  };
  return real(a) <=> real(b);
}

/// As SQLite orders values that are there: numbers before texts, texts by their bytes.
std::partial_ordering compare(const Value& a, const Value& b) {
  const bool a_is_text = a.index() == k_of_text, b_is_text = b.index() == k_of_text;
  if (a_is_text != b_is_text) return b_is_text <=> a_is_text;
  if (a_is_text) return std::get<std::string>(a).compare(std::get<std::string>(b)) <=> 0;
  return numbers(a, b);
}

}  // namespace

fhir::Result<std::vector<Searcher::Found>> Searcher::find_in_types(const search::Query& query,
                                                                   const sql::Cursor& cursor,
                                                                   bool is_first,
                                                                   std::uint32_t limit) {
  std::vector<Found> all;
  for (const search::Query& type : query.types) {
    FHIR_CHECK(connection_.check_deadline());
    sql::QueryBuilder builder(catalog_, sql::sqlite_dialect());
    FHIR_CHECK(builder.compile(type));
    FHIR_TRY(found, find_at_first(builder, type, query.index_of, cursor, is_first, limit));
    for (Found& one : found) one.query = &type;
    std::move(found.begin(), found.end(), std::back_inserter(all));
  }
  std::sort(all.begin(), all.end(),
            [&](const Found& a, const Found& b) { return is_before(query, a, b); });
  if (all.size() > limit) all.resize(limit);
  return all;
}

/// In the order that the query asks for.
bool Searcher::is_before(const search::Query& query, const Found& a, const Found& b) {
  for (std::size_t at = 0; at < query.sort.size(); ++at) {
    const Value &left = a.keys[at], &right = b.keys[at];
    const bool left_is_missing = left.index() == 0, right_is_missing = right.index() == 0;
    if (left_is_missing != right_is_missing) return right_is_missing;
    if (left_is_missing) continue;
    const auto order = compare(left, right);
    if (order != 0) return query.sort[at].descending ? order > 0 : order < 0;
  }
  const bool descends = !query.sort.empty() && query.sort.front().descending;
  return descends ? a.rid > b.rid : a.rid < b.rid;
}

}  // namespace server::storage::sqlite
