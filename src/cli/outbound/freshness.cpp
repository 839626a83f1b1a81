#include "src/cli/outbound/freshness.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

#include "src/http/text.h"

namespace server::cli::outbound {
namespace {

using std::chrono::seconds;

constexpr std::string_view k_max_age = "max-age=";
constexpr std::int64_t k_most = 365LL * 86'400;

/// "delta-seconds", quoted or not; nothing when it is none.
std::optional<std::int64_t> delta_seconds(std::string_view text) {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"'))
    text = text.substr(1, text.size() - 2);
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  std::int64_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
    return k_most;
  return std::min(value, k_most);
}

}  // namespace

std::optional<seconds> freshness(std::string_view cache_control, std::string_view age) {
  std::optional<std::int64_t> most;
  while (!cache_control.empty()) {
    const std::string_view field = cache_control.substr(0, cache_control.find(','));
    cache_control.remove_prefix(std::min(cache_control.size(), field.size() + 1));
    const std::string_view one = http::trim(field);
    if (http::equals_without_case(one, "no-store") || http::equals_without_case(one, "no-cache"))
      return seconds(0);
    if (!http::equals_without_case(one.substr(0, k_max_age.size()), k_max_age)) continue;
    // "caches are encouraged to consider responses that have invalid freshness information … stale"
    const std::int64_t given = delta_seconds(one.substr(k_max_age.size())).value_or(0);
    most = std::min(most.value_or(given), given);
  }
  if (!most) return std::nullopt;
  return seconds(std::max<std::int64_t>(0, *most - delta_seconds(http::trim(age)).value_or(0)));
}

}  // namespace server::cli::outbound
