// The lexical rules of FHIR's primitive types, checked by hand-written scanners.
// https://hl7.org/fhir/R4/datatypes.html#primitive
#pragma once

#include <cstddef>
#include <string_view>

#include "fhir/definitions/schema.h"
#include "fhir/formats/json_value.h"

namespace fhir::validation {

inline constexpr std::size_t k_string_bytes_max = 1u << 20;  // "strings SHALL NOT exceed 1MB"
inline constexpr std::size_t k_decimal_text_max = 1000;      // digits of one number

/// Whether JSON writes values of the type in this way: boolean, number or string.
bool is_json_kind_of(Primitive primitive, json::Kind kind);

/// `a boolean`, `a number` or `a string`: what JSON writes for the type.
std::string_view json_kind_name(Primitive primitive);

/// What the value breaks, as the end of a sentence that begins with "The value …"; empty when it
/// keeps the rules. Narrative is judged in narrative.h.
std::string_view fault_of(Primitive primitive, std::string_view text);

bool is_id(std::string_view text);
/// `urn:uuid:` with 36 characters of lower-case hexadecimal.
bool is_uuid_urn(std::string_view text);
bool is_oid_urn(std::string_view text);
bool has_whitespace(std::string_view text);

/// Whether it lies at an address set aside for examples, where nobody publishes definitions.
bool is_example_url(std::string_view url);
/// Whether it has what a browser takes for the tag of an element: `<b>`, `</b>`, `<b a="…`.
bool has_html_tag(std::string_view text);

/// Whether it begins with a scheme: `http:`, `urn:`, `mailto:`.
bool is_absolute_uri(std::string_view text);

}  // namespace fhir::validation
