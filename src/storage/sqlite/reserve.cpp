#include "src/storage/sqlite/reserve.h"

#include <fcntl.h>
#include <unistd.h>

#include <system_error>

namespace server::storage::sqlite {
namespace {

constexpr off_t k_bytes = 256 << 10;  // of the index of a log: 32 KiB for each 32 MiB

std::filesystem::path file_in(const std::filesystem::path& folder) {
  return folder / "medisync.reserve";
}

}  // namespace

void take_reserve(const std::filesystem::path& folder) {
  const std::filesystem::path file = file_in(folder);
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return;
  const bool is_taken = ::posix_fallocate(descriptor, 0, k_bytes) == 0;
  ::close(descriptor);
  if (!is_taken) release_reserve(folder);
}

bool release_reserve(const std::filesystem::path& folder) {
  std::error_code error;
  return std::filesystem::remove(file_in(folder), error);
}

}  // namespace server::storage::sqlite
