// How alike two names are. Texts are compared as they are given: fold them before.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace server::operations {

/// 1: equal, 0: nothing in common (Jaro-Winkler, by characters; a common beginning counts more).
double likeness(std::string_view a, std::string_view b);

/// Insertions, deletions, replacements and swaps of neighbours that make the one of the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// Soundex of the Latin letters in a text: `r163`; empty without any. Names that sound alike in
/// English share it.
std::string sound_of(std::string_view folded);

}  // namespace server::operations
