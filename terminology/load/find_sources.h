// Finds the releases in a folder that somebody names as a whole.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace terminology::load {

inline constexpr std::size_t k_searched_entries_max = 100'000;

/// The kind of a file or folder, SNOMED CT's too; empty when neither its name nor what is inside
/// tells.
std::string_view kind_of_source(const std::string& path);

/// The folder itself when it is a release, else the releases below it, in the order of their names.
/// Of ICD-10-CM's forms the tabular list goes before the order file and that before tables, as each
/// says less than the one before.
///
/// said      the kind; empty: whatever is found
/// returns   nothing when there is none
std::vector<std::string> find_sources(const std::string& folder, std::string_view said);

}  // namespace terminology::load
