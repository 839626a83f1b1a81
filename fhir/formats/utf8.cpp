// RFC 3629: ASCII is skipped sixteen bytes at a time, the rest is checked by its table.
#include "fhir/formats/utf8.h"

#include <emmintrin.h>

#include <algorithm>

namespace fhir::json {
namespace {

/// Length of the sequence that begins at `at`, 0 when there is no valid one.
std::size_t sequence_bytes(std::string_view text, std::size_t at) {
  auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  auto continues = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (lead == 0xe0 && byte(1) < 0xa0) return 0;
    if (lead == 0xed && byte(1) > 0x9f) return 0;
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (lead == 0xf0 && byte(1) < 0x90) return 0;
    if (lead == 0xf4 && byte(1) > 0x8f) return 0;
    return continues(1) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::size_t invalid_utf8_at(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    while (at + 16 <= text.size()) {
      __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
      if (_mm_movemask_epi8(block) != 0) break;
      at += 16;
    }
    if (at >= text.size()) break;
    std::size_t bytes = sequence_bytes(text, at);
    if (bytes == 0) return at;
    at += bytes;
  }
  return std::string_view::npos;
}

std::string with_valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t valid = std::min(invalid_utf8_at(text), text.size());
    out.append(text.substr(0, valid));
    if (valid == text.size()) break;
    out.append(k_replacement_character);
    text.remove_prefix(valid + 1);
  }
  return out;
}

}  // namespace fhir::json
