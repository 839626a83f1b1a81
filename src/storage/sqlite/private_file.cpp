#include "src/storage/sqlite/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

namespace server::storage::sqlite {
namespace {

fhir::Unexpected<fhir::Issue> failure(std::string text) {
  return fhir::unexpected(
      fhir::make_issue(fhir::Situation::unavailable, fhir::IssueType::no_store, std::move(text)));
}

bool set_mode(int descriptor) { return ::fchmod(descriptor, 0600) == 0; }

}  // namespace

fhir::Result<void> make_private(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return failure("Cannot make " + file.string());
  const bool is_private = set_mode(descriptor);
  ::close(descriptor);
  if (!is_private) return failure(file.string() + " cannot be made private");
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    const std::string beside = file.string() + suffix;
    const int left = ::open(beside.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (left < 0) {
      if (errno == ENOENT) continue;
      return failure("Cannot open " + beside);
    }
    const bool is_left_private = set_mode(left);
    ::close(left);
    if (!is_left_private) return failure(beside + " cannot be made private");
  }
  return {};
}

}  // namespace server::storage::sqlite
