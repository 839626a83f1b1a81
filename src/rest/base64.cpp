// RFC 4648 section 4
#include "src/rest/base64.h"

#include <array>
#include <cstdint>

namespace server::rest {
namespace {

constexpr std::string_view k_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> k_values = [] {
  std::array<std::int8_t, 256> out{};
  for (auto& value : out) value = -1;
  for (std::size_t i = 0; i < k_alphabet.size(); ++i)
    out[static_cast<unsigned char>(k_alphabet[i])] = static_cast<std::int8_t>(i);
  return out;
}();

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t left = bytes.size() - at;
    auto byte = [&](std::size_t i) {
      return i < left ? std::uint32_t{static_cast<unsigned char>(bytes[at + i])} : 0u;
    };
    const std::uint32_t word = byte(0) << 16 | byte(1) << 8 | byte(2);
    out += k_alphabet[word >> 18];
    out += k_alphabet[word >> 12 & 63];
    out += left > 1 ? k_alphabet[word >> 6 & 63] : '=';
    out += left > 2 ? k_alphabet[word & 63] : '=';
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t word = 0;
  int digits = 0, padding = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = k_values[static_cast<unsigned char>(c)];
    if (value < 0 || padding != 0) return std::nullopt;
    word = word << 6 | static_cast<std::uint32_t>(value);
    if (++digits % 4 != 0) continue;
    out += static_cast<char>(word >> 16 & 255);
    out += static_cast<char>(word >> 8 & 255);
    out += static_cast<char>(word & 255);
  }
  const int rest = digits % 4;
  if (rest == 1 || padding > 2 || (padding != 0 && (rest + padding) % 4 != 0)) return std::nullopt;
  if (rest == 0 && padding != 0) return std::nullopt;
  if (rest == 2) out += static_cast<char>(word >> 4 & 255);
  if (rest == 3) {
    out += static_cast<char>(word >> 10 & 255);
    out += static_cast<char>(word >> 2 & 255);
  }
  return out;
}

}  // namespace server::rest
