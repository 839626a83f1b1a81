#include "fhir/patch/json_pointer.h"

#include <charconv>

#include "fhir/patch/issues.h"
#include "fhir/patch/limits.h"

namespace fhir::patch {

Result<Pointer> parse_pointer(std::string_view text) {
  Pointer tokens;
  if (text.empty()) return tokens;
  if (text[0] != '/')
    return malformed("A JSON Pointer is empty or begins with a slash: " + quoted(text));
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '/') {
      if (tokens.size() == k_pointer_tokens_max)
        return malformed("A JSON Pointer has too many segments");
      tokens.emplace_back();
    } else if (c == '~') {
      const char escaped = at + 1 < text.size() ? text[at + 1] : '\0';
      if (escaped != '0' && escaped != '1')
        return malformed("A JSON Pointer has a ~ that begins no escape: " + quoted(text));
      tokens.back() += escaped == '0' ? '~' : '/';
      ++at;
    } else {
      tokens.back() += c;
    }
  }
  return tokens;
}

std::optional<std::size_t> index_of(std::string_view token) {
  if (token.empty() || (token[0] == '0' && token.size() > 1)) return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error != std::errc{} || end != token.data() + token.size()) return std::nullopt;
  return index;
}

}  // namespace fhir::patch
