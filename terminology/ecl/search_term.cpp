#include "terminology/ecl/search_term.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "terminology/code_text.h"

namespace terminology::ecl {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

std::string to_lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) c = lower(c);
  return lowered;
}

// One form of comparing for bytes that are ASCII, one for letters.
bool is_word(char c) { return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z'); }
bool is_word(const Letter& letter) { return u_isalnum(static_cast<UChar32>(letter.base)) != 0; }
bool covers(char asked, char found) { return asked == lower(found); }
/// "Characters in the query that are unmarked match characters in the target that are either marked
/// or unmarked"; a marked one "will only match a character that is marked in the same way".
bool covers(const Letter& asked, const Letter& found) {
  return asked.base == found.base && (asked.marks == 0 || asked.marks == found.marks);
}

template <class Query, class Text>
bool covers_at(const Query& query, const Text& text, std::size_t at) {
  if (text.size() - at < query.size()) return false;
  for (std::size_t i = 0; i < query.size(); ++i) {
    if (!covers(query[i], text[at + i])) return false;
  }
  return true;
}

/// Whether the query stands in the text where a word begins.
template <class Query, class Text>
bool begins_a_word(const Query& query, const Text& text) {
  for (std::size_t at = 0; at + query.size() <= text.size(); ++at) {
    if ((at == 0 || !is_word(text[at - 1]) || !is_word(text[at])) && covers_at(query, text, at))
      return true;
  }
  return false;
}

/// Whether the whole text is the parts with anything between them.
template <class Queries, class Text>
bool is_joined_by_anything(const Queries& parts, const Text& text) {
  const auto& first = parts.front();
  const auto& last = parts.back();
  if (parts.size() == 1) return text.size() == first.size() && covers_at(first, text, 0);
  if (text.size() < first.size() + last.size() || !covers_at(first, text, 0)) return false;
  std::size_t at = first.size();
  const std::size_t end = text.size() - last.size();
  for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
    while (at + parts[i].size() <= end && !covers_at(parts[i], text, at)) ++at;
    if (at + parts[i].size() > end) return false;
    at += parts[i].size();
  }
  return covers_at(last, text, end);
}

bool is_scandinavian(std::string_view language) {
  return language == "sv" || language == "da" || language == "nb" || language == "nn" ||
         language == "no";
}

/// Letters that the locale sorts as letters of their own, not as marked ones.
char32_t own_letter(char32_t c, std::string_view language) {
  const bool is_swedish = language == "sv";
  switch (c) {
    case U'å':
      return U'å';
    case U'ä':
      return is_swedish ? U'ä' : 0;
    case U'ö':
      return is_swedish ? U'ö' : 0;
    case U'æ':
      return is_swedish ? U'ä' : U'æ';
    case U'ø':
      return is_swedish ? U'ö' : U'ø';
    default:
      return 0;
  }
}

/// What has a mark that no decomposition takes off.
char32_t without_stroke(char32_t c) {
  switch (c) {
    case U'ø':
      return U'o';
    case U'đ':
      return U'd';
    case U'ħ':
      return U'h';
    case U'ł':
      return U'l';
    case U'ŧ':
      return U't';
    default:
      return 0;
  }
}

}  // namespace

std::vector<Letter> fold_letters(std::string_view utf8, std::string_view language) {
  constexpr std::uint32_t k_stroke = 0x338;
  const bool has_own_letters = is_scandinavian(language);
  std::vector<Letter> letters;
  letters.reserve(utf8.size());
  UErrorCode status = U_ZERO_ERROR;
  const auto* fold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const auto* decompose = icu::Normalizer2::getNFDInstance(status);
  const icu::UnicodeString folded = fold->normalize(
      icu::UnicodeString::fromUTF8({utf8.data(), static_cast<std::int32_t>(utf8.size())}), status);
  for (std::int32_t i = 0; i < folded.length();) {
    const UChar32 c = folded.char32At(i);
    i += U16_LENGTH(c);
    if (const char32_t own = has_own_letters ? own_letter(static_cast<char32_t>(c), language) : 0) {
      letters.push_back({own, 0});
      continue;
    }
    if (const char32_t base = without_stroke(static_cast<char32_t>(c))) {
      letters.push_back({base, k_stroke});
      continue;
    }
    icu::UnicodeString parts;
    if (!decompose->getDecomposition(c, parts)) parts = c;
    for (std::int32_t j = 0; j < parts.length();) {
      const UChar32 part = parts.char32At(j);
      j += U16_LENGTH(part);
      if (u_getCombiningClass(part) != 0 && !letters.empty())
        letters.back().marks = letters.back().marks * 31 + static_cast<std::uint32_t>(part);
      else
        letters.push_back({static_cast<char32_t>(part), 0});
    }
  }
  return letters;
}

TermMatcher::TermMatcher(const SearchTerm& term) : is_wild_(term.kind == SearchTerm::Kind::wild) {
  for (const std::string& text : term.parts) {
    Part part{to_lower(text), is_ascii(text), text};
    is_ascii_ = is_ascii_ && part.is_ascii;
    parts_.push_back(std::move(part));
  }
  if (is_wild_ && !parts_.empty() && parts_.front().is_ascii) {
    // A word that begins the term and goes on, perhaps, behind the asterisk.
    const std::string& first = parts_.front().ascii;
    const auto* end = std::find_if_not(first.data(), first.data() + first.size(),
                                       [](char c) { return is_word(c); });
    if (end != first.data()) word_prefixes_.emplace_back(first.data(), end);
  }
  for (std::size_t i = 0; !is_wild_ && i < parts_.size(); ++i) {
    const std::string& text = parts_[i].text;
    if (!parts_[i].is_ascii) {
      word_prefixes_.push_back(text);
    } else if (std::all_of(text.begin(), text.end(), [](char c) { return is_word(c); })) {
      word_prefixes_.push_back(text);
    }
  }
}

bool TermMatcher::matches(std::string_view text, std::string_view language) const {
  const bool text_is_ascii = is_ascii(text);
  if (text_is_ascii && is_ascii_) {
    if (is_wild_) {
      std::vector<std::string_view> queries;
      for (const Part& part : parts_) queries.emplace_back(part.ascii);
      return is_joined_by_anything(queries, text);
    }
    return std::all_of(parts_.begin(), parts_.end(),
                       [&](const Part& part) { return begins_a_word(part.ascii, text); });
  }
  const std::vector<Letter> letters = fold_letters(text, language);
  std::vector<std::vector<Letter>> queries;
  for (const Part& part : parts_) queries.push_back(fold_letters(part.text, language));
  if (is_wild_) return is_joined_by_anything(queries, letters);
  return std::all_of(queries.begin(), queries.end(),
                     [&](const auto& query) { return begins_a_word(query, letters); });
}

}  // namespace terminology::ecl
