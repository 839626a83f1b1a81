// The release files of a folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace terminology::release {

inline constexpr std::string_view k_suffix = ".release";
inline constexpr std::size_t k_releases_max = 256;  // in one folder

struct FolderFile {
  std::string path;
  std::uint64_t stamp = 0;  // of size, time and place on the disk
};

/// By name; files that are not finished are not among them. Empty for a folder that is not there.
std::vector<FolderFile> files_in(const std::string& folder);

/// A number that changes when a release of the folder comes, goes or is replaced; files that are
/// not finished do not count. 0: there is no folder.
std::uint64_t folder_stamp(const std::string& folder);

/// When a file was written, in UTC milliseconds; 0: it is not there.
std::int64_t written_at(const std::string& path);

}  // namespace terminology::release
