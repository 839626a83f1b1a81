// ASCII, which most text is, never sees ICU.
#include "src/search/fold.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace server::search {
namespace {

bool is_ascii_space(unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string fold_ascii(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  bool pending_space = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_ascii_space(byte)) {
      pending_space = !folded.empty();
      continue;
    }
    if (pending_space) folded.push_back(' ');
    pending_space = false;
    folded.push_back(byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : c);
  }
  return folded;
}

// Marks that change how a letter sounds, not which letter it is. Vowel signs of Indic scripts and
// the voicing marks of kana (U+3099, U+309A) tell words apart and stay.
bool is_ignorable_mark(UChar32 c) {
  if (u_charType(c) != U_NON_SPACING_MARK || c == 0x3099 || c == 0x309A) return false;
  UErrorCode status = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(c, &status);
  return script == USCRIPT_INHERITED || script == USCRIPT_HEBREW || script == USCRIPT_ARABIC;
}

icu::UnicodeString without_marks(const icu::UnicodeString& text) {
  icu::UnicodeString kept;
  bool pending_space = false;
  for (int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
    const UChar32 c = text.char32At(at);
    if (u_isUWhiteSpace(c)) {
      pending_space = !kept.isEmpty();
    } else if (!is_ignorable_mark(c)) {
      if (pending_space) kept.append(u' ');
      pending_space = false;
      kept.append(c);
    }
  }
  return kept;
}

std::string fold_unicode(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const icu::Normalizer2* decompose = icu::Normalizer2::getNFDInstance(status);
  const icu::Normalizer2* compose = icu::Normalizer2::getNFCInstance(status);
  if (U_FAILURE(status)) return fold_ascii(text);  // ICU without its data: still deterministic
  const auto source = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
  const icu::UnicodeString plain =
      without_marks(decompose->normalize(casefold->normalize(source, status), status));
  // Taking marks away can leave a letter that folds once more (ǰ is such a one): fold what is left.
  const icu::UnicodeString result = compose->normalize(casefold->normalize(plain, status), status);
  std::string folded;
  if (U_SUCCESS(status)) result.toUTF8String(folded);
  return folded;
}

bool is_ascii_punctuation(char c) {
  constexpr std::string_view k_all = "!\"#%&'()*,-./:;?@[\\]_{}";
  return k_all.find(c) != std::string_view::npos;
}

void append_character(std::string& out, UChar32 c) {
  char bytes[U8_MAX_LENGTH];
  int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, c);
  out.append(bytes, static_cast<std::size_t>(length));
}

}  // namespace

std::string fold(std::string_view utf8) {
  const bool is_ascii = std::all_of(utf8.begin(), utf8.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return is_ascii ? fold_ascii(utf8) : fold_unicode(utf8);
}

std::string fold_string(std::string_view utf8) {
  std::string folded = fold(utf8);
  std::string kept;
  kept.reserve(folded.size());
  bool pending_space = false;
  const auto length = static_cast<int32_t>(folded.size());
  for (int32_t at = 0; at < length;) {
    UChar32 c = 0;
    U8_NEXT(folded.data(), at, length, c);
    if (c == ' ') {
      pending_space = !kept.empty();
    } else if (c < 0x80 ? !is_ascii_punctuation(static_cast<char>(c)) : !u_ispunct(c)) {
      if (pending_space) kept.push_back(' ');
      pending_space = false;
      append_character(kept, c);
    }
  }
  return kept.empty() ? folded : kept;
}

}  // namespace server::search
