// Words are numbered as they come, and sorted at the end; then each gets its terms by counting.
#include "terminology/load/text_index_builder.h"

#include <algorithm>
#include <bit>
#include <map>

#include "terminology/load/text_store.h"
#include "terminology/release/text_index.h"
#include "terminology/release/words.h"

namespace terminology::load {
namespace {

using release::PostingForm;
using release::PrefixRow;
using release::Section;
using release::TermBits;

constexpr std::size_t k_words_of_term_max = 255;
/// Most terms that a search unites from the lists of single words.
constexpr std::size_t k_united_terms_max = 16'384;
constexpr std::size_t k_prefix_bytes_max = 12;  // longer beginnings are shared by few words

/// Terms of words, or of beginnings, each in the form that is smaller.
class Postings {
 public:
  explicit Postings(std::size_t terms) : bits_bytes_((terms + 63) / 64 * 8) {}

  /// terms   ascending
  std::uint32_t add(std::span<const std::uint32_t> terms) {
    const auto offset = static_cast<std::uint32_t>(bytes_.size());
    bytes_.push_back(static_cast<std::uint8_t>(PostingForm::steps));
    put_number(bytes_, static_cast<std::uint32_t>(terms.size()));
    std::uint32_t last = 0;
    for (const std::uint32_t term : terms) {
      put_number(bytes_, term - last);
      last = term;
    }
    if (bytes_.size() - offset <= bits_bytes_ + 1) return offset;
    bytes_.resize(offset);
    bytes_.push_back(static_cast<std::uint8_t>(PostingForm::bits));
    bytes_.resize(bytes_.size() + bits_bytes_);
    std::uint8_t* bits = bytes_.data() + offset + 1;
    for (const std::uint32_t term : terms)
      bits[term / 8] |= static_cast<std::uint8_t>(1u << term % 8);
    return offset;
  }

  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  std::size_t bits_bytes_;
  std::vector<std::uint8_t> bytes_;
};

/// The terms of each word, and the words, in the order of their text.
struct SortedWords {
  std::vector<std::string_view> texts;
  std::vector<std::uint32_t> offsets;  // words + 1, into terms
  std::vector<std::uint32_t> terms;

  std::span<const std::uint32_t> terms_of(std::size_t word) const {
    return {terms.data() + offsets[word], offsets[word + 1] - offsets[word]};
  }
};

/// Rows for the runs of words that begin with the same letters and have many terms together.
std::vector<PrefixRow> unite_beginnings(const SortedWords& words, std::size_t terms,
                                        Postings& postings) {
  // A run may be that of a longer beginning too: it is united once.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> united_runs;
  TermBits bits((terms + 63) / 64);
  std::vector<std::uint32_t> united;
  const auto unite = [&](std::uint32_t first, std::uint32_t end) {
    if (united_runs.contains({first, end})) return;
    std::fill(bits.begin(), bits.end(), 0);
    for (std::uint32_t word = first; word < end; ++word) {
      for (const std::uint32_t term : words.terms_of(word))
        bits[term >> 6] |= std::uint64_t{1} << (term & 63);
    }
    united.clear();
    for (std::size_t i = 0; i < bits.size(); ++i) {
      for (std::uint64_t left = bits[i]; left != 0; left &= left - 1)
        united.push_back(static_cast<std::uint32_t>(i * 64) +
                         static_cast<std::uint32_t>(std::countr_zero(left)));
    }
    united_runs.emplace(std::pair(first, end), postings.add(united));
  };
  const auto count = static_cast<std::uint32_t>(words.texts.size());
  for (std::size_t length = 1; length <= k_prefix_bytes_max; ++length) {
    for (std::uint32_t first = 0, end; first < count; first = end) {
      const std::string_view start = words.texts[first].substr(0, length);
      for (end = first + 1; end < count && words.texts[end].substr(0, length) == start;) ++end;
      if (end - first < 2 || start.size() < length) continue;
      if (words.offsets[end] - words.offsets[first] > k_united_terms_max) unite(first, end);
    }
  }
  std::vector<PrefixRow> rows;
  for (const auto& [run, offset] : united_runs) rows.push_back({run.first, run.second, offset});
  return rows;
}

}  // namespace

void TextIndexBuilder::add(ConceptId id, std::string_view term, Searches searches) {
  const std::size_t number = term_concepts_.size();
  term_concepts_.push_back(id);
  if (number % 64 == 0) term_mask_.push_back(0);
  if (searches == Searches::find) {
    term_mask_.back() |= std::uint64_t{1} << (number % 64);
  } else {
    is_masked_ = true;
  }
  const std::size_t begin = words_of_terms_.size();
  release::for_each_word(release::fold_words(term), [&](std::string_view word) {
    if (words_of_terms_.size() - begin == k_words_of_term_max) return;
    const std::uint32_t next = static_cast<std::uint32_t>(numbers_.size());
    const std::uint32_t index = numbers_.try_emplace(std::string(word), next).first->second;
    if (std::find(words_of_terms_.begin() + static_cast<std::ptrdiff_t>(begin),
                  words_of_terms_.end(), index) == words_of_terms_.end())
      words_of_terms_.push_back(index);
  });
  word_counts_.push_back(static_cast<std::uint8_t>(words_of_terms_.size() - begin));
}

void TextIndexBuilder::write(FileWriter& out) {
  std::vector<std::pair<std::string_view, std::uint32_t>> sorted(numbers_.begin(), numbers_.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint32_t> rank(sorted.size());
  SortedWords words;
  std::vector<std::uint8_t> texts;
  std::vector<std::uint32_t> text_offsets = {0};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    rank[sorted[i].second] = static_cast<std::uint32_t>(i);
    words.texts.push_back(sorted[i].first);
    texts.insert(texts.end(), sorted[i].first.begin(), sorted[i].first.end());
    text_offsets.push_back(static_cast<std::uint32_t>(texts.size()));
  }
  words.offsets.assign(sorted.size() + 1, 0);
  for (const std::uint32_t word : words_of_terms_) ++words.offsets[rank[word] + 1];
  for (std::size_t i = 1; i < words.offsets.size(); ++i) words.offsets[i] += words.offsets[i - 1];
  words.terms.resize(words_of_terms_.size());
  std::vector<std::uint32_t> next(words.offsets.begin(), words.offsets.end() - 1);
  std::size_t at = 0;
  for (std::size_t term = 0; term < word_counts_.size(); ++term) {
    for (std::uint8_t i = 0; i < word_counts_[term]; ++i)
      words.terms[next[rank[words_of_terms_[at++]]]++] = static_cast<std::uint32_t>(term);
  }
  words_of_terms_ = {};

  Postings postings(term_concepts_.size());
  std::vector<std::uint32_t> posting_offsets;
  for (std::size_t word = 0; word < sorted.size(); ++word)
    posting_offsets.push_back(postings.add(words.terms_of(word)));
  const std::vector<PrefixRow> prefixes = unite_beginnings(words, term_concepts_.size(), postings);
  out.add(Section::term_concepts, term_concepts_);
  if (is_masked_) out.add(Section::term_mask, term_mask_);
  out.add(Section::word_texts, texts);
  out.add(Section::word_text_offsets, text_offsets);
  out.add(Section::word_posting_offsets, posting_offsets);
  out.add(Section::postings, postings.bytes());
  out.add(Section::prefixes, prefixes);
}

}  // namespace terminology::load
