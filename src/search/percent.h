// The query part of a URL, and a form body: name=value pairs.
// https://url.spec.whatwg.org/#urlencoded-parsing
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"

namespace server::search {

using Parameters = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t k_parameters_max = 500;

/// Splits at `&` and decodes both sides: `+` is a space, `%41` a byte. Empty pieces are skipped; a
/// piece without `=` has an empty value.
///
/// errors     invalid: a `%` without two hexadecimal digits, or bytes that are not UTF-8 or NUL ·
///            too-costly: more than `parameters_max` pairs
fhir::Result<Parameters> split_query(std::string_view query,
                                     std::size_t parameters_max = k_parameters_max);

/// Appends text as one side of a pair: all but unreserved characters and `:/,$*!'()@` escaped.
void append_encoded(std::string& out, std::string_view text);

/// Appends `name=value`, after an `&` when `out` is not empty.
void append_pair(std::string& out, std::string_view name, std::string_view value);

}  // namespace server::search
