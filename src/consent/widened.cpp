#include "src/consent/widened.h"

#include <algorithm>
#include <utility>

namespace server::consent {
namespace {

using Kind = Condition::Kind;

bool add_shape(std::string& shape, const Condition& condition) {
  if (condition.kind == Kind::negation) return false;
  // Whether what has no date is meant is told by a mark there.
  if (condition.kind == Kind::period && !condition.data.empty()) return false;
  shape += static_cast<char>('a' + static_cast<int>(condition.kind));
  for (const DataReference& data : condition.data) {
    if (data.meaning != Meaning::instance) return false;
  }
  shape += '(';
  const bool is_whole = std::all_of(condition.parts.begin(), condition.parts.end(),
                                    [&](const Condition& part) { return add_shape(shape, part); });
  shape += ')';
  return is_whole;
}

bool is_same(const Code& a, const Code& b) { return a.system == b.system && a.code == b.code; }

bool fits(const Condition& condition, const Condition& other) {
  if (condition.codes.size() + other.codes.size() > k_widened_codes_max ||
      condition.data.size() + other.data.size() > k_widened_data_max)
    return false;
  for (std::size_t i = 0; i < condition.parts.size(); ++i) {
    if (!fits(condition.parts[i], other.parts[i])) return false;
  }
  return true;
}

void add(Condition& condition, const Condition& other) {
  for (const Code& code : other.codes) {
    const bool is_known = std::any_of(condition.codes.begin(), condition.codes.end(),
                                      [&](const Code& known) { return is_same(known, code); });
    if (!is_known) condition.codes.push_back(code);
  }
  condition.data.insert(condition.data.end(), other.data.begin(), other.data.end());
  condition.span.low = std::min(condition.span.low, other.span.low);
  condition.span.high = std::max(condition.span.high, other.span.high);
  for (std::size_t i = 0; i < condition.parts.size(); ++i) add(condition.parts[i], other.parts[i]);
}

}  // namespace

std::vector<Condition> alternatives_of(Condition condition) {
  if (condition.kind == Kind::any) return std::move(condition.parts);
  std::vector<Condition> one;
  one.push_back(std::move(condition));
  return one;
}

std::optional<std::string> shape_of(const Condition& condition) {
  std::string shape;
  return add_shape(shape, condition) ? std::optional(std::move(shape)) : std::nullopt;
}

bool widen(Condition& condition, const Condition& other) {
  if (!fits(condition, other)) return false;
  add(condition, other);
  return true;
}

}  // namespace server::consent
