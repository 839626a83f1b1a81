// The texts of a release file: each a length in LEB128 and its bytes, named by where it begins.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "terminology/release/file_format.h"

namespace terminology::release {

/// Reads a LEB128 number and moves past it; 0 past the end.
inline std::uint32_t read_number(std::span<const std::uint8_t> bytes, std::size_t& at) {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 35 && at < bytes.size(); shift += 7) {
    const std::uint8_t byte = bytes[at++];
    value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return value;
}

class TextBlob {
 public:
  TextBlob() = default;
  explicit TextBlob(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  /// Empty for a place that is none: texts are not checked when the file is opened.
  std::string_view at(TextRef ref) const {
    std::size_t begin = ref;
    const std::uint32_t length = read_number(bytes_, begin);
    if (begin > bytes_.size() || length > bytes_.size() - begin) return {};
    return {reinterpret_cast<const char*>(bytes_.data()) + begin, length};
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace terminology::release
