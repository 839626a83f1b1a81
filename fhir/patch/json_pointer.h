// JSON Pointer. RFC 6901
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace fhir::patch {

using Pointer = std::vector<std::string>;

/// errors   invalid: no leading slash, an unknown escape, too many tokens
Result<Pointer> parse_pointer(std::string_view text);

/// A token as an array index: digits without leading zeros; nothing for any other token.
std::optional<std::size_t> index_of(std::string_view token);

}  // namespace fhir::patch
