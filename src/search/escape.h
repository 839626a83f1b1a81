// The separators of a parameter's value, and the backslash that makes them plain.
// https://hl7.org/fhir/R4/search.html#escaping
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace server::search {

/// Splits at every `separator` that no backslash precedes; the pieces stay escaped. One empty piece
/// for an empty text.
std::vector<std::string_view> split_escaped(std::string_view text, char separator);

/// Position of the first `separator` that no backslash precedes; npos when there is none.
std::size_t find_unescaped(std::string_view text, char separator);

/// `\,` `\|` `\$` `\\` as the character they stand for; any other backslash is itself.
std::string unescape(std::string_view text);

/// "The parameter value `xx\xx` is illegal": whether every backslash stands before a separator or
/// another backslash.
bool is_escaped_well(std::string_view text);

/// The converse of unescape().
std::string escape(std::string_view text);

}  // namespace server::search
