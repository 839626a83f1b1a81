// How term filters compare texts: without regard to case, and to marks that the query leaves out.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
// (5.5 Character collation for term filters, 6.8 Description filters)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "terminology/ecl/syntax.h"

namespace terminology::ecl {

/// A letter with what stands above and below it, folded.
struct Letter {
  char32_t base = 0;
  std::uint32_t marks = 0;  // 0: none; else a number for these marks in this order
};

/// language   ISO 639-1; sv, da, nb, nn and no have letters of their own where others see marks
std::vector<Letter> fold_letters(std::string_view utf8, std::string_view language);

/// A search term made ready to be asked about many texts.
class TermMatcher {
 public:
  /// term   of kind unsaid: as match
  explicit TermMatcher(const SearchTerm& term);

  /// text       UTF-8
  /// language   of the text
  bool matches(std::string_view text, std::string_view language) const;

  /// Beginnings of words that every matching text has, for an index of words; none when nothing can
  /// be said.
  const std::vector<std::string>& word_prefixes() const { return word_prefixes_; }

 private:
  struct Part {
    std::string ascii;  // lower case; only of parts that are ASCII
    bool is_ascii = true;
    std::string text;
  };

  bool is_wild_ = false;
  bool is_ascii_ = true;  // all parts
  std::vector<Part> parts_;
  std::vector<std::string> word_prefixes_;
};

}  // namespace terminology::ecl
