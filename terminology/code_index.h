// An immutable hash table from codes to positions in an array that its owner keeps.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "terminology/code_text.h"

namespace terminology {

inline constexpr std::uint32_t k_no_position = std::numeric_limits<std::uint32_t>::max();

class CodeIndex {
 public:
  /// code_at(position) gives the code of each of `count` positions.
  template <class CodeAt>
  static CodeIndex make(std::uint32_t count, CodeAt&& code_at) {
    CodeIndex index;
    index.slots_.resize(std::bit_ceil(std::size_t{count} * 2 + 1));
    for (std::uint32_t position = 0; position < count; ++position) {
      const std::uint32_t hash = code_hash(code_at(position));
      std::size_t at = hash & index.mask();
      while (index.slots_[at].position != k_no_position) at = (at + 1) & index.mask();
      index.slots_[at] = {hash, position};
    }
    return index;
  }

  /// Shows each position whose code may be `code`, in the order they were put in, until `visit`
  /// returns true.
  template <class Visit>
  void probe(std::string_view code, Visit&& visit) const {
    if (slots_.empty()) return;
    const std::uint32_t hash = code_hash(code);
    for (std::size_t at = hash & mask(); slots_[at].position != k_no_position;
         at = (at + 1) & mask()) {
      if (slots_[at].hash == hash && visit(slots_[at].position)) return;
    }
  }

  std::size_t memory_bytes() const { return slots_.size() * sizeof(Slot); }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t position = k_no_position;
  };

  std::size_t mask() const { return slots_.size() - 1; }

  std::vector<Slot> slots_;  // a power of two, at most half full
};

}  // namespace terminology
