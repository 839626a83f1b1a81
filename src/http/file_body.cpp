#include "src/http/file_body.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace server::http {
namespace {

constexpr std::uint64_t k_piece_bytes = 256 * 1024;

}  // namespace

std::shared_ptr<FileBody> FileBody::open(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return nullptr;
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return nullptr;
  }
  return std::shared_ptr<FileBody>(
      new FileBody(descriptor, static_cast<std::uint64_t>(status.st_size)));
}

FileBody::~FileBody() { ::close(descriptor_); }

void FileBody::narrow(std::uint64_t first, std::uint64_t bytes) {
  at_ = std::min(first, file_bytes_);
  bytes_ = left_ = std::min(bytes, file_bytes_ - at_);
}

bool FileBody::next(std::string& piece) {
  if (left_ == 0) return true;
  piece.resize(static_cast<std::size_t>(std::min(left_, k_piece_bytes)));
  ssize_t got = 0;
  do {
    got = ::pread(descriptor_, piece.data(), piece.size(), static_cast<off_t>(at_));
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return false;  // it became shorter, or the disk failed
  piece.resize(static_cast<std::size_t>(got));
  at_ += piece.size();
  left_ -= piece.size();
  return true;
}

}  // namespace server::http
