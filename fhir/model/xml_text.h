// Characters, names and references of XML 1.0: what the reader and the writer of FHIR XML share.
// https://www.w3.org/TR/xml/
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fhir::xml {

inline constexpr std::string_view k_fhir_namespace = "http://hl7.org/fhir";
inline constexpr std::string_view k_xhtml_namespace = "http://www.w3.org/1999/xhtml";

/// Bytes of the character that begins `text`, when XML does not allow it: a control character,
/// U+FFFE or U+FFFF. 0 when it may stand there.
std::size_t forbidden_bytes(std::string_view text);

/// Offset of the first character that XML does not allow, npos when there is none.
std::size_t forbidden_at(std::string_view text);

/// The text, which is UTF-8, with U+FFFD for each character that XML does not allow.
std::string with_allowed_characters(std::string_view text);

/// Whether an element may have this name, without a prefix. Not every name of XML: the ASCII ones.
bool is_plain_name(std::string_view name);

/// Appends the value that stands between the quotes of an attribute: references replaced, white
/// space made spaces as XML asks. False at a reference or character that may not stand there; then
/// `bad_at` is its offset in `raw`.
bool append_decoded(std::string& out, std::string_view raw, std::size_t& bad_at);

/// Appends `text` so that it may stand between double quotes, or as characters of an element, and
/// be read back as it is. What no XML can hold becomes U+FFFD.
void append_escaped(std::string& out, std::string_view text);

/// The end of the element that begins with the `<` at `begin`, in well-formed XML; npos when the
/// text ends before.
std::size_t element_end(std::string_view source, std::size_t begin);

}  // namespace fhir::xml
