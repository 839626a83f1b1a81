#include "terminology/language_range.h"

#include <algorithm>
#include <cstdlib>

#include "terminology/language_tag.h"

namespace terminology {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = trimmed(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

/// Thousandths, `q=0.4`: 400. "If no "q" parameter is present, the default weight is 1."
int weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view parameter = take(parameters, ';');
    if (take(parameter, '=') != "q") continue;
    int weight = 0, unit = 1000;
    for (char c : parameter) {
      if (c == '.') continue;
      if (c < '0' || c > '9' || unit == 0) break;
      weight += (c - '0') * unit;
      unit /= 10;
    }
    return std::min(weight, 1000);
  }
  return 1000;
}

}  // namespace

LanguageRanges::LanguageRanges(std::string_view text) : text_(trimmed(text)) {
  struct Range {
    std::string_view tag;
    int weight;
  };
  std::vector<Range> ranges;
  while (!text.empty()) {
    std::string_view one = take(text, ',');
    const std::string_view tag = take(one, ';');
    if (tag != "*" && !is_language_tag(tag)) continue;
    const int weight = weight_of(one);
    if (weight > 0) ranges.push_back({tag, weight});
    if (weight == 0 && tag == "*") refuses_others_ = true;
  }
  std::stable_sort(ranges.begin(), ranges.end(),
                   [](const Range& a, const Range& b) { return a.weight > b.weight; });
  if (ranges.size() > k_ranges_max) ranges.resize(k_ranges_max);
  for (const Range& range : ranges) wanted_.emplace_back(range.tag);
}

bool LanguageRanges::accepts_any() const {
  return std::find(wanted_.begin(), wanted_.end(), "*") != wanted_.end();
}

bool LanguageRanges::name(std::string_view language) const {
  return std::any_of(wanted_.begin(), wanted_.end(), [&](const std::string& tag) {
    return tag != "*" && language_serves(language, tag);
  });
}

}  // namespace terminology
