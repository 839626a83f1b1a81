// Language tags, whose registry is far too large and lively to list: judged by their grammar.
// https://www.rfc-editor.org/rfc/rfc5646 (BCP 47)
#pragma once

#include <string_view>

namespace terminology {

/// Whether the tag is well-formed by RFC 5646, section 2.1; letters in any case.
bool is_language_tag(std::string_view tag);

/// Whether text in `held` may be shown to who asked for `wanted`: equal, or held is the more
/// general (`de` for `de-CH`) or the more special one (`de-CH` for `de`). Empty serves nobody.
bool language_serves(std::string_view held, std::string_view wanted);

}  // namespace terminology
