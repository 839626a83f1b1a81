// Lines and columns of many places in one text: each is counted from the one before, since issues
// mostly come in the order of the text.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "fhir/formats/json_document.h"

namespace fhir::json {

class PositionCursor {
 public:
  explicit PositionCursor(std::string_view text) : text_(text) {}

  /// The same as json::position_in(text, offset).
  Position at(std::size_t offset) {
    offset = std::min(offset, text_.size());
    const bool is_forward = offset >= offset_;
    const std::string_view between = is_forward ? text_.substr(offset_, offset - offset_)
                                                : text_.substr(offset, offset_ - offset);
    const std::uint32_t lines = count(between, line_ends);
    position_.line = is_forward ? position_.line + lines : position_.line - lines;
    if (lines == 0) {
      position_.column += is_forward ? characters_in(between) : 0 - characters_in(between);
    } else {
      const std::string_view before = text_.substr(0, offset);
      position_.column = 1 + characters_in(before.substr(before.rfind('\n') + 1));
    }
    offset_ = offset;
    return position_;
  }

 private:
  static constexpr std::uint64_t k_ones = 0x0101010101010101;
  static constexpr std::uint64_t k_low_bits = 0x7f * k_ones;
  static constexpr std::uint64_t k_high_bits = 0x80 * k_ones;

  /// The highest bit of each byte that is a line end.
  static std::uint64_t line_ends(std::uint64_t word) {
    const std::uint64_t other = word ^ ('\n' * k_ones);
    return ~(((other & k_low_bits) + k_low_bits) | other | k_low_bits);
  }
  /// The highest bit of each byte that continues a character of UTF-8: 10xxxxxx.
  static std::uint64_t continuations(std::uint64_t word) {
    return word & ~(word << 1) & k_high_bits;
  }

  /// How many bytes `marks` marks, looked at eight at a time. It marks no byte that is zero.
  template <class Marks>
  static std::uint32_t count(std::string_view text, Marks marks) {
    std::uint64_t total = 0;
    while (!text.empty()) {
      std::uint64_t word = 0;
      const std::size_t size = std::min(text.size(), sizeof(word));
      std::memcpy(&word, text.data(), size);
      total += ((marks(word) >> 7) * k_ones) >> 56;
      text.remove_prefix(size);
    }
    return static_cast<std::uint32_t>(total);
  }

  static std::uint32_t characters_in(std::string_view text) {
    return static_cast<std::uint32_t>(text.size()) - count(text, continuations);
  }

  std::string_view text_;
  std::size_t offset_ = 0;
  Position position_;
};

}  // namespace fhir::json
