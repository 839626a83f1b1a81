// A file of a job that only grows, and of which a run after a crash knows how much is good.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace server::bulk {

/// For the server's user alone. For one thread at a time.
class AppendedFile {
 public:
  /// bytes   that are good of what a run before has written; the rest is cut off
  AppendedFile(const std::filesystem::path& path, std::uint64_t bytes);
  ~AppendedFile();
  AppendedFile(const AppendedFile&) = delete;
  AppendedFile& operator=(const AppendedFile&) = delete;

  /// False: the disk takes no more, now and from now on.
  bool add(std::string_view text);
  /// Durable when it returns true.
  bool sync();

 private:
  int descriptor_;
  bool is_good_;
};

}  // namespace server::bulk
