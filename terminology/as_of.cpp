#include "terminology/as_of.h"

#include <algorithm>
#include <map>
#include <string>

namespace terminology {
namespace {

bool are_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_year(std::string_view text) { return text.starts_with("19") || text.starts_with("20"); }

/// Digits of the day, of a dateTime of any precision.
std::string last_day_of(std::string_view date) {
  std::string day;
  for (char c : date.substr(0, 10)) {
    if (c >= '0' && c <= '9') day += c;
  }
  while (day.size() < 8) day += '9';
  return day;
}

}  // namespace

std::string day_of_version(std::string_view version) {
  std::string day(version.substr(version.rfind('/') + 1));
  if (day.size() == 10 && day[4] == '-' && day[7] == '-') std::erase(day, '-');
  if (!are_digits(day)) return {};
  if (day.size() == 4 && is_year(day)) return day + "0101";
  if (day.size() != 8) return {};
  if (!is_year(day) && is_year(std::string_view(day).substr(4)))
    std::rotate(day.begin(), day.begin() + 4, day.end());
  return is_year(day) ? day : std::string();
}

void add_rules_as_of(const Releases& releases, std::string_view date, VersionRules& rules) {
  const std::string asked = last_day_of(date);
  std::map<std::string_view, std::string_view> found;        // url, version
  for (const Releases::Entry& entry : releases.entries()) {  // newest first of each url
    const release::ReleaseInfo& info = entry.release->info();
    const std::string day = day_of_version(info.version);
    if (day.empty() || find_rule(rules.defaults, info.url) != nullptr) continue;
    std::string_view& version = found[info.url];
    if (version.empty() && day <= asked) version = info.version;
  }
  for (const auto& [url, version] : found)
    rules.defaults.push_back({url, version.empty() ? date : version});
}

}  // namespace terminology
