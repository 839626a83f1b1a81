// A set of concepts of one code system: one bit for each, so that sets of any size are joined and
// cut a machine word at a time. 350,000 concepts take 44 kB.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "terminology/code_system.h"

namespace terminology {

/// Sets that meet in an operation are over the same number of concepts.
class ConceptSet {
 public:
  ConceptSet() = default;
  /// Empty, over concepts 0 … universe - 1.
  explicit ConceptSet(ConceptId universe)
      : universe_(universe), words_((std::size_t{universe} + 63) / 64) {}

  /// Every concept there is.
  static ConceptSet all(ConceptId universe) {
    ConceptSet set(universe);
    std::fill(set.words_.begin(), set.words_.end(), ~std::uint64_t{0});
    set.clear_tail();
    return set;
  }

  ConceptId universe() const { return universe_; }

  /// False for what lies beyond the universe, k_no_concept too.
  bool contains(ConceptId id) const {
    return id < universe_ && (words_[id >> 6] >> (id & 63) & 1) != 0;
  }
  /// Adding what lies beyond the universe does nothing.
  void add(ConceptId id) {
    if (id < universe_) words_[id >> 6] |= std::uint64_t{1} << (id & 63);
  }
  /// Adds, and tells whether it was new.
  bool insert(ConceptId id) {
    if (id >= universe_ || contains(id)) return false;
    add(id);
    return true;
  }
  void remove(ConceptId id) {
    if (id < universe_) words_[id >> 6] &= ~(std::uint64_t{1} << (id & 63));
  }

  ConceptSet& operator|=(const ConceptSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
  }
  ConceptSet& operator&=(const ConceptSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
  }
  /// Takes out what the other has.
  ConceptSet& operator-=(const ConceptSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
    return *this;
  }
  bool operator==(const ConceptSet& other) const = default;

  std::size_t count() const {
    std::size_t sum = 0;
    for (const std::uint64_t word : words_) sum += static_cast<std::size_t>(std::popcount(word));
    return sum;
  }
  bool empty() const {
    return std::all_of(words_.begin(), words_.end(), [](std::uint64_t word) { return word == 0; });
  }

  /// Shows each concept in ascending order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1)
        visit(static_cast<ConceptId>(i * 64 + static_cast<std::size_t>(std::countr_zero(word))));
    }
  }

  /// The first concept at or after `from`; k_no_concept when there is none. For paging.
  ConceptId next(ConceptId from) const {
    if (from >= universe_) return k_no_concept;
    std::size_t i = from >> 6;
    std::uint64_t word = words_[i] & (~std::uint64_t{0} << (from & 63));
    while (word == 0) {
      if (++i == words_.size()) return k_no_concept;
      word = words_[i];
    }
    return static_cast<ConceptId>(i * 64 + static_cast<std::size_t>(std::countr_zero(word)));
  }

  std::size_t memory_bytes() const { return words_.size() * sizeof(std::uint64_t); }

 private:
  void clear_tail() {
    if ((universe_ & 63) != 0) words_.back() &= (std::uint64_t{1} << (universe_ & 63)) - 1;
  }

  ConceptId universe_ = 0;
  std::vector<std::uint64_t> words_;
};

inline ConceptSet operator|(ConceptSet a, const ConceptSet& b) { return a |= b; }
inline ConceptSet operator&(ConceptSet a, const ConceptSet& b) { return a &= b; }
inline ConceptSet operator-(ConceptSet a, const ConceptSet& b) { return a -= b; }

}  // namespace terminology
