// A little of the disk kept back for the day it is full: SQLite builds an index of its log in a
// file when it opens a database that was not closed, and without room for it not even reads are
// answered.
#pragma once

#include <filesystem>

namespace server::storage::sqlite {

/// Takes the space in `folder` unless it is taken; a disk without room is left as it is.
void take_reserve(const std::filesystem::path& folder);

/// Gives the space back. False: there was none.
bool release_reserve(const std::filesystem::path& folder);

}  // namespace server::storage::sqlite
