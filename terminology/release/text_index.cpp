// Words that begin alike stand side by side. Where they have many terms together, a row of
// `prefixes` leads to their union, so that no search unites more than k_united_terms_max.
#include "terminology/release/text_index.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "terminology/release/text_blob.h"
#include "terminology/release/words.h"

namespace terminology::release {

TextIndex::TextIndex(const MappedFile& file)
    : term_concepts_(file.array<ConceptId>(Section::term_concepts)),
      term_mask_(file.array<std::uint64_t>(Section::term_mask)),
      word_texts_(file.array<std::uint8_t>(Section::word_texts)),
      word_text_offsets_(file.array<std::uint32_t>(Section::word_text_offsets)),
      word_posting_offsets_(file.array<std::uint32_t>(Section::word_posting_offsets)),
      postings_(file.array<std::uint8_t>(Section::postings)),
      prefixes_(file.array<PrefixRow>(Section::prefixes)) {}

bool TextIndex::is_whole(ConceptId concepts) const {
  if (!is_present()) return true;
  const std::size_t mask_words = (term_concepts_.size() + 63) / 64;
  const std::size_t words = word_posting_offsets_.size();
  return std::is_sorted(term_concepts_.begin(), term_concepts_.end()) &&
         term_concepts_.back() < concepts &&
         (term_mask_.empty() || term_mask_.size() == mask_words) &&
         word_text_offsets_.size() == words + 1 &&
         std::is_sorted(word_text_offsets_.begin(), word_text_offsets_.end()) &&
         word_text_offsets_.back() == word_texts_.size() &&
         std::all_of(prefixes_.begin(), prefixes_.end(), [&](const PrefixRow& row) {
           return row.first_word < row.end_word && row.end_word <= words;
         });
}

std::string_view TextIndex::word(std::uint32_t index) const {
  const std::uint32_t begin = word_text_offsets_[index];
  return {reinterpret_cast<const char*>(word_texts_.data()) + begin,
          word_text_offsets_[index + 1] - begin};
}

TextIndex::Range TextIndex::words_with(std::string_view prefix) const {
  const auto partition = [&](auto&& is_before) {
    std::uint32_t low = 0;
    auto high = static_cast<std::uint32_t>(word_posting_offsets_.size());
    while (low < high) {
      const std::uint32_t middle = low + (high - low) / 2;
      if (is_before(word(middle).substr(0, prefix.size()))) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  return {partition([&](std::string_view start) { return start < prefix; }),
          partition([&](std::string_view start) { return start <= prefix; })};
}

void TextIndex::add_posting(std::uint32_t offset, TermBits& bits) const {
  if (offset >= postings_.size()) return;
  std::size_t at = offset;
  const std::size_t terms = term_concepts_.size();
  if (static_cast<PostingForm>(postings_[at++]) == PostingForm::bits) {
    if (postings_.size() - at < bits.size() * sizeof(std::uint64_t)) return;
    for (std::uint64_t& word : bits) {
      std::uint64_t more;
      std::memcpy(&more, postings_.data() + at, sizeof more);
      word |= more;
      at += sizeof more;
    }
    return;
  }
  const std::uint32_t count = read_number(postings_, at);
  std::uint32_t term = 0;
  for (std::uint32_t i = 0; i < count && at < postings_.size(); ++i) {
    term += read_number(postings_, at);
    if (term >= terms) return;
    bits[term >> 6] |= std::uint64_t{1} << (term & 63);
  }
}

void TextIndex::unite(Range words, TermBits& bits) const {
  const auto row = std::lower_bound(
      prefixes_.begin(), prefixes_.end(), words, [](const PrefixRow& a, const Range& b) {
        return a.first_word != b.first ? a.first_word < b.first : a.end_word < b.end;
      });
  if (row != prefixes_.end() && row->first_word == words.first && row->end_word == words.end)
    return add_posting(row->offset, bits);
  for (std::uint32_t index = words.first; index < words.end; ++index)
    add_posting(word_posting_offsets_[index], bits);
}

TermBits TextIndex::terms_with(std::string_view prefix) const {
  TermBits bits((term_concepts_.size() + 63) / 64);
  unite(words_with(prefix), bits);
  return bits;
}

/// Terms of one concept stand together: each concept is shown once, in ascending order.
template <class Visit>
void TextIndex::for_each_concept(const TermBits& bits, Visit&& visit) const {
  ConceptId last = k_no_concept;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    for (std::uint64_t word = bits[i]; word != 0; word &= word - 1) {
      const std::size_t term = i * 64 + static_cast<std::size_t>(std::countr_zero(word));
      if (term >= term_concepts_.size()) return;
      const ConceptId id = term_concepts_[term];
      if (id != last) visit(id);
      last = id;
    }
  }
}

std::vector<ConceptId> TextIndex::search(std::string_view text) const {
  TermBits found((term_concepts_.size() + 63) / 64, ~std::uint64_t{0});
  for (std::size_t i = 0; i < term_mask_.size() && i < found.size(); ++i) found[i] = term_mask_[i];
  std::size_t words = 0;
  for_each_word(fold_words(text), [&](std::string_view word) {
    if (++words > k_query_words_max) return;
    const TermBits with = terms_with(word);
    for (std::size_t i = 0; i < found.size(); ++i) found[i] &= with[i];
  });
  return concepts_of(found);
}

// Whether a term's concept is a new one is as good as chance where a beginning is short, and a
// branch on it would be guessed wrong as often: every concept is written, and stays if it was new.
std::vector<ConceptId> TextIndex::concepts_of(const TermBits& bits) const {
  std::size_t terms = 0;
  for (const std::uint64_t word : bits) {
    if (word != 0) terms += static_cast<std::size_t>(std::popcount(word));
  }
  std::vector<ConceptId> ids(terms + 1);
  std::size_t count = 0;
  ConceptId last = k_no_concept;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    for (std::uint64_t word = bits[i]; word != 0; word &= word - 1) {
      const std::size_t term = i * 64 + static_cast<std::size_t>(std::countr_zero(word));
      if (term >= term_concepts_.size()) break;
      const ConceptId id = term_concepts_[term];
      ids[count] = id;
      count += id != last ? 1 : 0;
      last = id;
    }
  }
  ids.resize(count);
  return ids;
}

void TextIndex::add_by_prefix(std::string_view folded_prefix, ConceptSet& out) const {
  for_each_concept(terms_with(folded_prefix), [&](ConceptId id) { out.add(id); });
}

}  // namespace terminology::release
