#include "src/bulk/appended_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace server::bulk {

AppendedFile::AppendedFile(const std::filesystem::path& path, std::uint64_t bytes)
    : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  const auto length = static_cast<off_t>(bytes);
  is_good_ = descriptor_ >= 0 && ::ftruncate(descriptor_, length) == 0 &&
             ::lseek(descriptor_, length, SEEK_SET) == length;
}

AppendedFile::~AppendedFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool AppendedFile::add(std::string_view text) {
  while (is_good_ && !text.empty()) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    is_good_ = written > 0;
    if (is_good_) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return is_good_;
}

bool AppendedFile::sync() { return is_good_ && ::fsync(descriptor_) == 0; }

}  // namespace server::bulk
