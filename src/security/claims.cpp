// https://www.rfc-editor.org/rfc/rfc6901
#include "src/security/claims.h"

#include <algorithm>

namespace server::security {
namespace {

using fhir::json::Value;

/// "~1" is a slash, "~0" a tilde.
std::string unescaped(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool is_escape = token[i] == '~' && i + 1 < token.size();
    if (is_escape && token[i + 1] == '1') {
      out += '/';
      ++i;
    } else if (is_escape && token[i + 1] == '0') {
      out += '~';
      ++i;
    } else {
      out += token[i];
    }
  }
  return out;
}

const Value* value_at(const Value& claims, std::string_view place) {
  if (place.empty()) return nullptr;
  const bool is_pointer = place.starts_with('/');
  // Names of claims may be URLs, in which dots part nothing.
  if (const Value* plain = is_pointer ? nullptr : claims.find(place)) return plain;
  const char separator = is_pointer ? '/' : '.';
  if (is_pointer) place.remove_prefix(1);
  const Value* at = &claims;
  for (bool is_last = false; at != nullptr && !is_last;) {
    const std::size_t end = place.find(separator);
    is_last = end == std::string_view::npos;
    const std::string_view name = place.substr(0, end);
    at = is_pointer ? at->find(unescaped(name)) : at->find(name);
    if (!is_last) place.remove_prefix(end + 1);
  }
  return at;
}

}  // namespace

std::vector<std::string> claim_texts(const Value& claims, std::string_view place) {
  std::vector<std::string> texts;
  const Value* value = value_at(claims, place);
  if (value == nullptr) return texts;
  if (value->is_string()) texts.emplace_back(value->string());
  for (const Value& item : value->items()) {
    if (item.is_string()) texts.emplace_back(item.string());
  }
  return texts;
}

std::string claim_text(const Value& claims, std::string_view place) {
  auto texts = claim_texts(claims, place);
  return texts.empty() ? std::string() : std::move(texts.front());
}

}  // namespace server::security
