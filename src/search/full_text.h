// What `_text` and `_content` look through: the words of a resource, folded.
// https://hl7.org/fhir/R4/search.html#text
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace server::search {

/// Words with white space between them, fold()ed. Each character of Chinese and Japanese stands
/// alone, since no space tells where a word ends.
struct FullText {
  std::string narrative;  // of text.div, without its markup
  std::string content;    // all other strings of the resource
};

/// The words of a resource; what is no JSON has none. Long runs of base64 and the version's own
/// number and time are left out. The index takes words out by making them again: where they come to
/// be other ones, a migration has to empty it.
///
/// json   a resource as it is stored
FullText full_text_of(std::string_view json);

/// Folds a text as those above are.
std::string fold_words(std::string_view text);

/// As the index parts them: runs of letters, digits and marks.
std::size_t count_words(std::string_view folded);

}  // namespace server::search
