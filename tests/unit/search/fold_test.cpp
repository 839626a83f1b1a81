#include "src/search/fold.h"

#include <doctest/doctest.h>

#include <string>

using server::search::fold;

TEST_CASE("string matching is insensitive to case, accents, width and needless space") {
  struct Case {
    const char* text;
    const char* folded;
  };
  const Case cases[] = {
      {"Chalmers", "chalmers"},
      {"  van \t der\n Heuvel ", "van der heuvel"},
      {"", ""},
      {" \t ", ""},
      {"O'Brien-Smith 3.", "o'brien-smith 3."},
      {"Müller", "muller"},
      {"Mu\u0308ller", "muller"},
      {"STRASSE", "strasse"},
      {"Straße", "strasse"},
      {"ＡＢＣ１２", "abc12"},
      {"ﬁn", "fin"},
      {"\u00a0Zoë\u3000Ængström\u00a0", "zoe ængstrom"},
      {"ΣΊΣΥΦΟΣ", "σισυφοσ"},
      {"σίσυφος", "σισυφοσ"},
      {"山田", "山田"},
      {"ガ", "ガ"},
      {"ｶﾞ", "ガ"},
      {"한글", "한글"},
      {"हिन्दी", "हिन्दी"},
      {"שָׁלוֹם", "שלום"},
      {"مُحَمَّد", "محمد"},
      {"Ёлка", "елка"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(fold(c.text) == c.folded);
  }
}

TEST_CASE("folding twice changes nothing more") {
  std::string text;
  for (unsigned code = 1; code < 0x3000; ++code) {
    if (code < 0x80) {
      text = static_cast<char>(code);
    } else if (code < 0x800) {
      text = {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 63))};
    } else {
      text = {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 63)),
              static_cast<char>(0x80 | (code & 63))};
    }
    const std::string once = fold("a" + text + "b");
    if (fold(once) != once) {
      CAPTURE(code);
      CHECK(fold(once) == once);
    }
  }
}

TEST_CASE("bytes that are not UTF-8 are folded without harm") {
  CHECK(fold("a\xff") == "a\xef\xbf\xbd");
  CHECK(fold("\xc3") == "\xef\xbf\xbd");
}

TEST_CASE("strings are compared without punctuation, where there is anything else") {
  using server::search::fold_string;
  CHECK(fold_string("O'Brien-Smith 3.") == "obriensmith 3");
  CHECK(fold_string("o\u2019Br\u00efen") == "obrien");
  CHECK(fold_string(" , a - b . ") == "a b");
  CHECK(fold_string("12 $ + 3") == "12 $ + 3");
  CHECK(fold_string("--") == "--");
  CHECK(fold_string("\u3001\u5c71") == "\u5c71");
  CHECK(fold_string("") == "");
  CHECK(fold_string("a\xff") == "a\xef\xbf\xbd");
}
