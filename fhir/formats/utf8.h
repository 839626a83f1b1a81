// Whether bytes are UTF-8 (RFC 3629), quickly.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fhir::json {

/// Offset of the first byte that cannot be part of valid UTF-8 (overlong forms and surrogates
/// included), npos when there is none.
std::size_t invalid_utf8_at(std::string_view text);

inline constexpr std::string_view k_replacement_character = "\xef\xbf\xbd";  // U+FFFD

/// The text with U+FFFD for each byte that cannot be part of valid UTF-8.
std::string with_valid_utf8(std::string_view text);

}  // namespace fhir::json
