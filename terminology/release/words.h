// The words of a text, as the index of words has them: without regard to case and accents.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace terminology::release {

inline constexpr std::size_t k_word_bytes_max = 64;  // what follows is not looked at

/// The text with its letters in lower case and without accents and marks (NFKC case folding, marks
/// removed). Bytes that are not UTF-8 become U+FFFD.
std::string fold_words(std::string_view text);

/// Shows each word of a folded text: letters and digits of ASCII, and whatever is not ASCII.
template <class Visit>
void for_each_word(std::string_view folded, Visit&& visit) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 128;
  };
  for (std::size_t at = 0; at < folded.size();) {
    while (at < folded.size() && !is_part(folded[at])) ++at;
    std::size_t end = at;
    while (end < folded.size() && is_part(folded[end])) ++end;
    if (end > at) visit(folded.substr(at, end - at).substr(0, k_word_bytes_max));
    at = end;
  }
}

}  // namespace terminology::release
