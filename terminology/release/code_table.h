// The hash table from codes to concepts in a release file: open addressing, a power of two of
// slots, at most half of them taken. A slot has the hash of a code and its concept.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "terminology/code_system.h"
#include "terminology/code_text.h"

namespace terminology::release {

struct CodeSlot {
  std::uint32_t hash = 0;
  ConceptId id = k_no_concept;
};

class CodeTable {
 public:
  CodeTable() = default;
  explicit CodeTable(std::span<const CodeSlot> slots) : slots_(slots) {}

  /// There is a free slot for every search to end at.
  bool fits(std::size_t concepts) const {
    return std::has_single_bit(slots_.size()) && slots_.size() > concepts &&
           std::any_of(slots_.begin(), slots_.end(),
                       [](const CodeSlot& slot) { return slot.id == k_no_concept; });
  }

  /// Shows each concept whose code may be `code` until `visit` returns true.
  template <class Visit>
  void probe(std::string_view code, Visit&& visit) const {
    const std::uint32_t hash = code_hash(code);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask; slots_[at].id != k_no_concept; at = (at + 1) & mask) {
      if (slots_[at].hash == hash && visit(slots_[at].id)) return;
    }
  }

  /// code_at(id) gives the code of each of `count` concepts.
  template <class CodeAt>
  static std::vector<CodeSlot> make(std::uint32_t count, CodeAt&& code_at) {
    std::vector<CodeSlot> slots(std::bit_ceil(std::size_t{count} * 2 + 1));
    for (ConceptId id = 0; id < count; ++id) {
      const std::uint32_t hash = code_hash(code_at(id));
      std::size_t at = hash & (slots.size() - 1);
      while (slots[at].id != k_no_concept) at = (at + 1) & (slots.size() - 1);
      slots[at] = {hash, id};
    }
    return slots;
  }

 private:
  std::span<const CodeSlot> slots_;
};

}  // namespace terminology::release
