// A hash table from identifiers of SNOMED CT to positions.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

namespace terminology::load {

class SctIndex {
 public:
  static constexpr std::uint32_t k_none = std::numeric_limits<std::uint32_t>::max();

  SctIndex() : slots_(1) {}
  /// id_at(position) gives the identifier, never 0, of each of `count` positions.
  template <class IdAt>
  SctIndex(std::uint32_t count, IdAt&& id_at) : slots_(std::bit_ceil(std::size_t{count} * 2 + 1)) {
    for (std::uint32_t position = 0; position < count; ++position) {
      const std::uint64_t id = id_at(position);
      std::size_t at = start(id);
      while (slots_[at].id != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = {id, position};
    }
  }

  std::uint32_t find(std::uint64_t id) const {
    if (id == 0) return k_none;
    for (std::size_t at = start(id); slots_[at].id != 0; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].id == id) return slots_[at].position;
    }
    return k_none;
  }

 private:
  struct Slot {
    std::uint64_t id = 0;
    std::uint32_t position = 0;
  };
  std::size_t start(std::uint64_t id) const {
    const std::uint64_t mixed = id * 0x9e3779b97f4a7c15ull;
    return static_cast<std::size_t>(mixed ^ mixed >> 32) & (slots_.size() - 1);
  }

  std::vector<Slot> slots_;  // a power of two, at most half full
};

}  // namespace terminology::load
