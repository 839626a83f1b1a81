#include "tests/unit/property/folding.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace property_test {

std::string folded(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2& decompose = *icu::Normalizer2::getNFKDInstance(status);
  icu::UnicodeString letters = icu::UnicodeString::fromUTF8(std::string(text));
  letters = decompose.normalize(letters, status).foldCase();
  letters = decompose.normalize(letters, status);
  const auto has_more = [](const icu::UnicodeString& all) {
    for (int32_t at = 0; at < all.length(); at = all.moveIndex32(at, 1)) {
      if (!u_ispunct(all.char32At(at)) && !u_isUWhiteSpace(all.char32At(at))) return true;
    }
    return false;
  }(letters);
  icu::UnicodeString kept;
  for (int32_t at = 0; at < letters.length(); at = letters.moveIndex32(at, 1)) {
    const UChar32 letter = letters.char32At(at);
    if (u_charType(letter) == U_NON_SPACING_MARK || (has_more && u_ispunct(letter))) continue;
    if (!u_isUWhiteSpace(letter)) {
      kept.append(letter);
    } else if (!kept.isEmpty() && !kept.endsWith(u" ", 1)) {
      kept.append(u' ');
    }
  }
  kept.trim();
  std::string made;
  icu::Normalizer2::getNFCInstance(status)->normalize(kept, status).toUTF8String(made);
  return made;
}

}  // namespace property_test
