// The index of words in a release file: from what a word begins with to the terms that have one.
// Words are sorted; each has its terms, and so has each beginning that many terms share.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "terminology/code_system.h"
#include "terminology/concept_set.h"
#include "terminology/release/mapped_file.h"

namespace terminology::release {

/// A set of terms, a bit for each.
using TermBits = std::vector<std::uint64_t>;

inline constexpr std::size_t k_query_words_max = 32;  // of a search; more are not looked at

class TextIndex {
 public:
  TextIndex() = default;
  explicit TextIndex(const MappedFile& file);

  /// Whether the sections are there and fit each other.
  bool is_whole(ConceptId concepts) const;
  bool is_present() const { return !term_concepts_.empty(); }

  /// Concepts with a term that, for each word of a text, has a word that begins with it, and that
  /// searches may find; ascending.
  std::vector<ConceptId> search(std::string_view text) const;

  /// Adds every concept that has any term, masked or not, with a word that begins so.
  void add_by_prefix(std::string_view folded_prefix, ConceptSet& out) const;

 private:
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t end = 0;
  };

  std::string_view word(std::uint32_t index) const;
  Range words_with(std::string_view prefix) const;
  void unite(Range words, TermBits& bits) const;
  void add_posting(std::uint32_t offset, TermBits& bits) const;
  TermBits terms_with(std::string_view prefix) const;
  std::vector<ConceptId> concepts_of(const TermBits& bits) const;
  template <class Visit>
  void for_each_concept(const TermBits& bits, Visit&& visit) const;

  std::span<const ConceptId> term_concepts_;
  std::span<const std::uint64_t> term_mask_;
  std::span<const std::uint8_t> word_texts_;
  std::span<const std::uint32_t> word_text_offsets_;     // words + 1
  std::span<const std::uint32_t> word_posting_offsets_;  // words
  std::span<const std::uint8_t> postings_;
  std::span<const PrefixRow> prefixes_;  // by first_word, end_word
};

/// How the terms of a word, or of a beginning, are written: the first byte tells which.
enum class PostingForm : std::uint8_t {
  steps = 0,  // how many follow, the first term, and from each term the step to the next; LEB128
  bits = 1    // a bit for each term of the release
};

}  // namespace terminology::release
