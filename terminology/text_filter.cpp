#include "terminology/text_filter.h"

#include <algorithm>

#include "terminology/code_text.h"

namespace terminology {
namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

bool contains_ignoring_case(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

}  // namespace

TextFilter::TextFilter(std::string_view text) : text_(text), words_(words_of(text)) {}

bool TextFilter::accepts(const ListedCode& code) const {
  if (words_.empty()) return true;
  if (equals_ignoring_case(code.code.substr(0, text_.size()), text_)) return true;
  if (has_all_words(code.display)) return true;
  const auto any = [&](const auto& list) {
    return std::any_of(list.begin(), list.end(), [&](const Designation& designation) {
      return has_all_words(designation.value);
    });
  };
  return any(code.designations) ||
         (code.id != k_no_concept && any(code.code_system->designations(code.id)));
}

bool TextFilter::has_all_words(std::string_view text) const {
  return std::all_of(words_.begin(), words_.end(),
                     [&](std::string_view word) { return contains_ignoring_case(text, word); });
}

}  // namespace terminology
