// The grammar of RFC 5646, section 2.1, subtag by subtag.
#include "terminology/language_tag.h"

#include <algorithm>
#include <array>
#include <vector>

#include "terminology/code_text.h"

namespace terminology {
namespace {

bool is_alpha(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_alpha(c) || is_digit(c); }

bool is_alpha(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_alpha(c); });
}

bool is_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

bool has_length(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most;
}

/// Tags registered before the grammar was: RFC 5646, `irregular` and those of `regular` that do not
/// fit `langtag`.
constexpr std::array<std::string_view, 26> k_grandfathered = {
    "en-gb-oed", "i-ami",     "i-bnn",     "i-default",  "i-enochian",  "i-hak",  "i-klingon",
    "i-lux",     "i-mingo",   "i-navajo",  "i-pwn",      "i-tao",       "i-tay",  "i-tsu",
    "sgn-be-fr", "sgn-be-nl", "sgn-ch-de", "art-lojban", "cel-gaulish", "no-bok", "no-nyn",
    "zh-guoyu",  "zh-hakka",  "zh-min",    "zh-min-nan", "zh-xiang"};

/// The subtags; empty when one of them is empty, too long, or not alphanumeric.
std::vector<std::string_view> split(std::string_view tag) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = std::min(tag.find('-'), tag.size());
    const std::string_view part = tag.substr(0, end);
    if (!has_length(part, 1, 8) || !std::all_of(part.begin(), part.end(), is_alphanumeric))
      return {};
    parts.push_back(part);
    if (end == tag.size()) return parts;
    tag.remove_prefix(end + 1);
  }
}

bool is_variant(std::string_view part) {
  return has_length(part, 5, 8) || (part.size() == 4 && is_digit(part[0]));
}

}  // namespace

bool is_language_tag(std::string_view tag) {
  if (std::any_of(k_grandfathered.begin(), k_grandfathered.end(),
                  [&](std::string_view known) { return equals_ignoring_case(known, tag); }))
    return true;
  const std::vector<std::string_view> parts = split(tag);
  if (parts.empty()) return false;
  std::size_t at = 0;
  if (lower(parts[0][0]) != 'x' || parts[0].size() != 1) {
    if (!is_alpha(parts[0]) || !has_length(parts[0], 2, 8)) return false;
    ++at;
    // extlang, at most three, after a language of two or three letters
    for (int count = 0; count < 3 && parts[0].size() <= 3 && at < parts.size() &&
                        parts[at].size() == 3 && is_alpha(parts[at]);
         ++count)
      ++at;
    if (at < parts.size() && parts[at].size() == 4 && is_alpha(parts[at])) ++at;  // script
    if (at < parts.size() && ((parts[at].size() == 2 && is_alpha(parts[at])) ||
                              (parts[at].size() == 3 && is_digits(parts[at]))))
      ++at;  // region
    while (at < parts.size() && is_variant(parts[at])) ++at;
    while (at < parts.size() && parts[at].size() == 1 && lower(parts[at][0]) != 'x') {  // extension
      const std::size_t first = ++at;
      while (at < parts.size() && has_length(parts[at], 2, 8)) ++at;
      if (at == first) return false;
    }
  }
  if (at == parts.size()) return true;
  // privateuse: an x, and one subtag or more of any length
  return parts[at].size() == 1 && lower(parts[at][0]) == 'x' && at + 1 < parts.size();
}

bool language_serves(std::string_view held, std::string_view wanted) {
  if (held.empty() || wanted.empty()) return false;
  if (held.size() > wanted.size()) std::swap(held, wanted);
  return equals_ignoring_case(held, wanted.substr(0, held.size())) &&
         (held.size() == wanted.size() || wanted[held.size()] == '-');
}

}  // namespace terminology
