// https://hl7.org/fhir/R4/search.html#escaping
#include "src/search/escape.h"

namespace server::search {
namespace {

bool is_special(char c) { return c == ',' || c == '|' || c == '$' || c == '\\'; }

}  // namespace

std::size_t find_unescaped(std::string_view text, char separator) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == separator) {
      return at;
    }
  }
  return std::string_view::npos;
}

std::vector<std::string_view> split_escaped(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t at = find_unescaped(text, separator);
    pieces.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return pieces;
    text.remove_prefix(at + 1);
  }
}

std::string unescape(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size() && is_special(text[at + 1])) ++at;
    plain.push_back(text[at]);
  }
  return plain;
}

bool is_escaped_well(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') continue;
    if (++at == text.size() || !is_special(text[at])) return false;
  }
  return true;
}

std::string escape(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    if (is_special(c)) escaped.push_back('\\');
    escaped.push_back(c);
  }
  return escaped;
}

}  // namespace server::search
