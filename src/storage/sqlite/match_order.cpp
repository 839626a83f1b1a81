#include "src/storage/sqlite/match_order.h"

#include <compare>
#include <string>
#include <variant>

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

bool is_before(const search::Query& query, const MatchPlace& a, const MatchPlace& b) {
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
