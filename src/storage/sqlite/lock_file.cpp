#include "src/storage/sqlite/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace server::storage::sqlite {

fhir::Result<LockFile> LockFile::take(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return fhir::unexpected(
        fhir::make_issue(fhir::Situation::unavailable, fhir::IssueType::no_store,
                         "Cannot open " + file.string() + ": " + std::strerror(errno)));
  }
  LockFile lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return fhir::unexpected(fhir::make_issue(
        fhir::Situation::unavailable, fhir::IssueType::lock_error,
        "Another server is using this data folder: " + file.string() + " is locked"));
  }
  return lock;
}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

LockFile::~LockFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace server::storage::sqlite
