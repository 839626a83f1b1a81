// RFC 6838, section 4.2, and RFC 9110, section 5.6.6.
#include "terminology/media_type.h"

#include <algorithm>

#include "terminology/code_text.h"

namespace terminology {
namespace {

constexpr std::size_t k_name_bytes_max = 127;  // RFC 6838: type and subtype each

bool is_alphanumeric(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9');
}

bool is_name_character(char c) {
  return is_alphanumeric(c) || std::string_view("!#$&-^_.+").find(c) != std::string_view::npos;
}

bool is_token_character(char c) {
  return is_alphanumeric(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= k_name_bytes_max && is_alphanumeric(text[0]) &&
         std::all_of(text.begin(), text.end(), is_name_character);
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The end of a quoted string that begins at 0, or npos.
std::size_t end_of_quoted(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

bool are_parameters(std::string_view text) {
  while (true) {
    text = trim(text);
    if (text.empty()) return true;
    if (text[0] != ';') return false;
    text = trim(text.substr(1));
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || !is_token(text.substr(0, equals))) return false;
    text.remove_prefix(equals + 1);
    if (!text.empty() && text[0] == '"') {
      const std::size_t end = end_of_quoted(text);
      if (end == std::string_view::npos) return false;
      text.remove_prefix(end);
    } else {
      const std::size_t end = std::min(text.find_first_of("; \t"), text.size());
      if (!is_token(text.substr(0, end))) return false;
      text.remove_prefix(end);
    }
  }
}

}  // namespace

bool is_media_type(std::string_view text) {
  if (text == "xml" || text == "json" || text == "ttl") return true;
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || !is_name(text.substr(0, slash))) return false;
  const std::string_view rest = text.substr(slash + 1);
  const std::size_t end = std::min(rest.find_first_of("; \t"), rest.size());
  return is_name(rest.substr(0, end)) && are_parameters(rest.substr(end));
}

}  // namespace terminology
