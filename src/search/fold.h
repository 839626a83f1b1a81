// What default string matching compares: text without case, accents, width and needless space.
// https://hl7.org/fhir/R4/search.html#string
#pragma once

#include <string>
#include <string_view>

namespace server::search {

/// Folds text so that two texts are equal by default matching when their folded forms are.
///
/// utf8       any text; bytes that are not UTF-8 become U+FFFD
/// returns    UTF-8, composed (NFC): compatibility and case folded (full width to half, ß to ss),
///            accents, Arabic and Hebrew vowel points removed, runs of white space one space, none
///            at the ends. Folding twice changes nothing more; the form is stored, so it must not
///            change between versions without a reindex.
/// threads    any
std::string fold(std::string_view utf8);

/// fold() without punctuation, as "punctuation and non-significant whitespace should also be
/// ignored"; with it where there is nothing else.
std::string fold_string(std::string_view utf8);

}  // namespace server::search
