#include "src/http/range.h"

#include <algorithm>
#include <charconv>

#include "src/http/text.h"

namespace server::http {
namespace {

constexpr std::string_view k_unit = "bytes=";

/// Digits and nothing else; more than fit are the greatest number.
std::optional<std::uint64_t> number_of(std::string_view text) {
  const bool is_number = !text.empty() && std::all_of(text.begin(), text.end(),
                                                      [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return std::nullopt;
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} ? number : UINT64_MAX;
}

}  // namespace

std::optional<ByteRange> parse_range(std::string_view field, std::uint64_t size) {
  field = trim(field);
  if (field.size() <= k_unit.size() ||
      !equals_without_case(field.substr(0, k_unit.size()), k_unit) ||
      field.find(',') != std::string_view::npos)
    return std::nullopt;
  field.remove_prefix(k_unit.size());
  const std::size_t dash = field.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view before = trim(field.substr(0, dash)), after = trim(field.substr(dash + 1));
  const auto first = number_of(before), last = number_of(after);
  if (before.empty()) {  // "-500": the last ones
    if (!last) return std::nullopt;
    const std::uint64_t bytes = std::min(*last, size);
    return ByteRange{size - bytes, bytes};
  }
  if (!first || (!after.empty() && (!last || *last < *first))) return std::nullopt;
  if (*first >= size) return ByteRange{};
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return ByteRange{*first, end - *first + 1};
}

}  // namespace server::http
