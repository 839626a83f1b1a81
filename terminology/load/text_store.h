// Collects the texts of a release file: equal ones once.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "terminology/release/file_format.h"

namespace terminology::load {

class TextStore {
 public:
  static constexpr std::size_t k_bytes_max = 0xfff00000;  // a place has 32 bits

  TextStore();

  /// Where the text stands, from now on. Past k_bytes_max nothing is kept: is_full() tells.
  release::TextRef add(std::string_view text);
  /// Where a text stands that was added; nothing when it was not.
  std::optional<release::TextRef> find(std::string_view text) const;
  std::string_view at(release::TextRef ref) const;
  bool is_full() const { return is_full_; }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    release::TextRef ref = 0;  // 0: free
  };
  std::size_t place(std::string_view text, std::uint32_t hash) const;
  void grow();

  std::vector<std::uint8_t> bytes_;
  std::vector<Slot> slots_;  // a power of two, at most half full
  std::size_t count_ = 0;
  bool is_full_ = false;
};

/// Writes a number in LEB128.
void put_number(std::vector<std::uint8_t>& out, std::uint32_t value);

}  // namespace terminology::load
