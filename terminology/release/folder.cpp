#include "terminology/release/folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <functional>

namespace terminology::release {
namespace {

std::uint64_t mixed(std::uint64_t stamp, std::uint64_t part) {
  return (stamp ^ part) * 0x9e3779b97f4a7c15ull + 1;
}

std::uint64_t stamp_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return 0;
  std::uint64_t stamp = 1;
  for (const auto part :
       {static_cast<std::uint64_t>(status.st_ino), static_cast<std::uint64_t>(status.st_size),
        static_cast<std::uint64_t>(status.st_mtim.tv_sec),
        static_cast<std::uint64_t>(status.st_mtim.tv_nsec)})
    stamp = mixed(stamp, part);
  return stamp;
}

}  // namespace

std::vector<FolderFile> files_in(const std::string& folder) {
  std::vector<FolderFile> files;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') || !name.ends_with(k_suffix)) continue;
    files.push_back({entry.path().string(), stamp_of(entry.path().string())});
    if (files.size() == k_releases_max) break;
  }
  std::sort(files.begin(), files.end(),
            [](const FolderFile& a, const FolderFile& b) { return a.path < b.path; });
  return files;
}

std::int64_t written_at(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return 0;
  return std::int64_t{status.st_mtim.tv_sec} * 1000 + status.st_mtim.tv_nsec / 1'000'000;
}

// Not of the folder's own time: two changes within a tick of the clock leave it as it is.
std::uint64_t folder_stamp(const std::string& folder) {
  std::error_code failure;
  if (!std::filesystem::is_directory(folder, failure)) return 0;
  std::uint64_t stamp = 1;
  for (const FolderFile& file : files_in(folder))
    stamp = mixed(mixed(stamp, std::hash<std::string>{}(file.path)), file.stamp);
  return stamp;
}

}  // namespace terminology::release
