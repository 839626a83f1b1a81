// Makes the index of words of a release file from its terms.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "terminology/code_system.h"
#include "terminology/load/file_writer.h"

namespace terminology::load {

enum class Searches : std::uint8_t { find, pass_over };

/// Terms come in ascending order of their concepts. Holds 4 bytes for each word of each term.
class TextIndexBuilder {
 public:
  void add(ConceptId id, std::string_view term, Searches searches = Searches::find);
  void write(FileWriter& out);

 private:
  std::vector<ConceptId> term_concepts_;
  std::vector<std::uint64_t> term_mask_;
  bool is_masked_ = false;
  std::unordered_map<std::string, std::uint32_t> numbers_;  // of words, as they first came
  std::vector<std::uint32_t> words_of_terms_;               // one term after the other
  std::vector<std::uint8_t> word_counts_;                   // of each term
};

}  // namespace terminology::load
