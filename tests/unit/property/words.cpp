#include "tests/unit/property/words.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>

#include "tests/unit/property/folding.h"

namespace property_test {

std::string Words::text() const {
  switch (kind) {
    case Kind::all:
      return "(" + parts[0].text() + " AND " + parts[1].text() + ")";
    case Kind::any:
      return "(" + parts[0].text() + " OR " + parts[1].text() + ")";
    case Kind::negation:
      return "NOT " + parts[0].text();
    case Kind::term:
      break;
  }
  return (is_quoted ? "\"" + written + "\"" : written) + (is_begun ? "*" : "");
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (std::string made = folded(word); !made.empty()) words.push_back(std::move(made));
    word.clear();
  };
  const auto length = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < length;) {
    const std::int32_t start = at;
    UChar32 letter = 0;
    U8_NEXT(text.data(), at, length, letter);
    const bool is_of_word =
        (U_GET_GC_MASK(letter) & (U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK)) != 0;
    UErrorCode status = U_ZERO_ERROR;
    const bool stands_alone = uscript_getScript(letter, &status) == USCRIPT_HAN;
    if (!is_of_word || stands_alone) end_word();
    if (!is_of_word) continue;
    word += text.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(at - start));
    if (stands_alone) end_word();
  }
  end_word();
  return words;
}

std::string without_markup(std::string_view xhtml) {
  std::string text;
  while (!xhtml.empty()) {
    if (xhtml.front() == '<') {
      const std::size_t end = xhtml.find('>');
      const std::string_view name = xhtml.substr(xhtml[1] == '/' ? 2 : 1, 1);
      if (name != "b") text += ' ';  // the only inline element that narratives here have
      xhtml.remove_prefix(end + 1);
    } else if (xhtml.starts_with("&amp;")) {
      text += '&';
      xhtml.remove_prefix(5);
    } else {
      text += xhtml.front();
      xhtml.remove_prefix(1);
    }
  }
  return text;
}

namespace {

bool stands_in(const std::vector<std::string>& asked, bool is_begun,
               const std::vector<std::string>& text) {
  const auto is_same = [&](const std::string& word, const std::string& wanted) {
    return is_begun && &wanted == &asked.back() ? word.starts_with(wanted) : word == wanted;
  };
  return std::search(text.begin(), text.end(), asked.begin(), asked.end(), is_same) != text.end();
}

}  // namespace

bool is_words_match(const Words& asked, const std::vector<std::vector<std::string>>& texts) {
  switch (asked.kind) {
    case Words::Kind::all:
      return is_words_match(asked.parts[0], texts) && is_words_match(asked.parts[1], texts);
    case Words::Kind::any:
      return is_words_match(asked.parts[0], texts) || is_words_match(asked.parts[1], texts);
    case Words::Kind::negation:
      return !is_words_match(asked.parts[0], texts);
    case Words::Kind::term:
      break;
  }
  const auto words = words_of(asked.written);
  return std::any_of(texts.begin(), texts.end(), [&](const std::vector<std::string>& text) {
    return stands_in(words, asked.is_begun, text);
  });
}

}  // namespace property_test
