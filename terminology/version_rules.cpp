#include "terminology/version_rules.h"

#include <algorithm>

namespace terminology {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Takes the part up to the next separator off the front.
std::string_view take_part(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(".-/"), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

bool is_wildcard(std::string_view part) { return part == "x" || part == "X" || part == "*"; }

}  // namespace

VersionRule VersionRule::of(std::string_view canonical) {
  const std::size_t bar = canonical.find('|');
  if (bar == std::string_view::npos) return {canonical, {}};
  return {canonical.substr(0, bar), canonical.substr(bar + 1)};
}

const VersionRule* find_rule(std::span<const VersionRule> rules, std::string_view url) {
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const VersionRule& rule) { return rule.url == url; });
  return found == rules.end() ? nullptr : &*found;
}

std::string_view wanted_version(const VersionRules& rules, std::string_view system,
                                std::string_view declared) {
  if (const VersionRule* rule = find_rule(rules.forced, system)) return rule->version;
  if (!declared.empty()) return declared;
  if (const VersionRule* rule = find_rule(rules.defaults, system)) return rule->version;
  if (const VersionRule* rule = find_rule(rules.checks, system)) return rule->version;
  return {};
}

const VersionRule* broken_check(const VersionRules& rules, std::string_view system,
                                std::string_view version) {
  const auto found =
      std::find_if(rules.checks.begin(), rules.checks.end(), [&](const VersionRule& rule) {
        return rule.url == system && !rule.version.empty() && !version_fits(rule.version, version);
      });
  return found == rules.checks.end() ? nullptr : &*found;
}

bool has_wildcard(std::string_view version) {
  while (!version.empty()) {
    if (is_wildcard(take_part(version))) return true;
  }
  return false;
}

bool version_fits(std::string_view pattern, std::string_view version) {
  if (pattern == version) return true;
  if (!has_wildcard(pattern)) return false;
  while (!pattern.empty() && !version.empty()) {
    const std::string_view wanted = take_part(pattern);
    const std::string_view given = take_part(version);
    if (!is_wildcard(wanted) && wanted != given) return false;
    if (is_wildcard(wanted) && pattern.empty()) return true;
  }
  return pattern.empty() == version.empty();
}

bool is_newer(std::string_view version, std::string_view than) {
  while (!version.empty() || !than.empty()) {
    const std::string_view a = take_part(version);
    const std::string_view b = take_part(than);
    if (a == b) continue;
    if (!is_digits(a) || !is_digits(b)) return a > b;
    if (a.size() != b.size()) return a.size() > b.size();
    return a > b;
  }
  return false;
}

}  // namespace terminology
