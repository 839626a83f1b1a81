// An expression of `_text` and `_content`, in parts. https://hl7.org/fhir/R4/search.html#text
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace property_test {

struct Words {
  enum class Kind { term, all, any, negation };

  Kind kind = Kind::term;
  std::vector<Words> parts;  // two, or one of a negation
  // Of a term:
  std::string written;
  bool is_quoted = false;
  bool is_begun = false;  // word*

  std::string text() const;
};

/// Runs of letters, digits and marks, folded. Chinese and Japanese have no space between words:
/// each character is one.
std::vector<std::string> words_of(std::string_view text);

/// Of XHTML: inline elements part no words, others do.
std::string without_markup(std::string_view xhtml);

/// Whether texts are what the expression asks for; the words of a term stand beside each other in
/// one of them.
bool is_words_match(const Words& asked, const std::vector<std::vector<std::string>>& texts);

}  // namespace property_test
