// https://semver.org/#spec-item-11
#include "fhir/definitions/version_order.h"

#include <algorithm>

namespace fhir {
namespace {

/// Takes the part before the next dot off the front.
std::string_view take_part(std::string_view& rest) {
  const std::size_t dot = rest.find('.');
  const std::string_view part = rest.substr(0, dot);
  rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
  return part;
}

bool is_number(std::string_view part) {
  return !part.empty() &&
         std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::strong_ordering compare_parts(std::string_view a, std::string_view b) {
  if (!is_number(a) || !is_number(b)) {
    // "Numeric identifiers always have lower precedence than non-numeric identifiers."
    if (is_number(a) != is_number(b) && !a.empty() && !b.empty())
      return is_number(a) ? std::strong_ordering::less : std::strong_ordering::greater;
    return a.compare(b) <=> 0;
  }
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

std::strong_ordering compare_lists(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const auto order = compare_parts(take_part(a), take_part(b));
    if (order != 0) return order;
  }
  return std::strong_ordering::equal;
}

/// `1.0.0-rc1+build`: the release, and what comes before it is released.
struct Parts {
  std::string_view release;
  std::string_view pre_release;
};

Parts parts_of(std::string_view version) {
  // Only behind a dotted number: 2018-08-12 is a date.
  const std::size_t hyphen = version.find('-');
  if (hyphen == std::string_view::npos || version.substr(0, hyphen).find('.') == version.npos)
    return {version, {}};
  return {version.substr(0, hyphen), version.substr(hyphen + 1)};
}

/// `2018-08-12`, `2018-08`.
bool is_date(std::string_view version) {
  constexpr std::size_t k_year_digits = 4;
  return version.size() > k_year_digits && version[k_year_digits] == '-' &&
         is_number(version.substr(0, k_year_digits));
}

bool is_wildcard(std::string_view part) { return part == "x" || part == "X" || part == "*"; }

}  // namespace

std::strong_ordering compare_versions(std::string_view a, std::string_view b) {
  if (is_date(a) != is_date(b) && !a.empty() && !b.empty())
    return is_date(a) ? std::strong_ordering::less : std::strong_ordering::greater;
  const Parts left = parts_of(a.substr(0, a.find('+')));
  const Parts right = parts_of(b.substr(0, b.find('+')));
  if (const auto order = compare_lists(left.release, right.release); order != 0) return order;
  if (left.pre_release.empty() != right.pre_release.empty())
    return left.pre_release.empty() ? std::strong_ordering::greater : std::strong_ordering::less;
  return compare_lists(left.pre_release, right.pre_release);
}

bool matches_version(std::string_view range, std::string_view version) {
  if (range == version) return true;
  if (range.empty() || range == "latest") range = "x";
  const Parts wanted = parts_of(version);
  std::string_view rest = wanted.release;
  bool has_wildcard = false;
  while (!range.empty()) {
    const std::string_view part = take_part(range);
    if (is_wildcard(part)) {
      has_wildcard = true;
      if (range.empty()) break;
      take_part(rest);
      continue;
    }
    if (rest.empty() || compare_parts(part, take_part(rest)) != 0) return false;
  }
  return has_wildcard && wanted.pre_release.empty();
}

}  // namespace fhir
