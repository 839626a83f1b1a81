// How long an answer may be kept. https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace server::cli::outbound {

/// Nothing when the answer leaves it to us; none at all for what is not to be stored, or not
/// without asking again.
///
/// cache_control   the values of all fields of that name, with commas between them
/// age             the value of Age: the seconds that the answer has been under way in caches
std::optional<std::chrono::seconds> freshness(std::string_view cache_control, std::string_view age);

}  // namespace server::cli::outbound
