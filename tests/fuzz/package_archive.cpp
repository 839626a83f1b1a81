// Any bytes as the .tgz of a package: refused, or every file that is visited has a plain name and
// keeps the limits. A tar without gzip is read as well, so that the fuzzer sees its headers.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fhir/definitions/package_archive.h"
#include "fhir/definitions/package_manifest.h"

namespace {

constexpr fhir::definitions::ArchiveLimits k_limits = {1u << 16, 1u << 18, 64};

class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* data, std::size_t size) : descriptor_(memfd_create("package", 0)) {
    while (size > 0) {
      const ssize_t written = write(descriptor_, data, size);
      if (written <= 0) std::abort();
      data += written;
      size -= static_cast<std::size_t>(written);
    }
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(descriptor_); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(data, size);
  std::size_t total = 0, files = 0;
  const auto visit = [&](std::string_view name, std::string text) -> fhir::Result<void> {
    total += text.size();
    if (++files > k_limits.files_max || text.size() > k_limits.file_bytes_max ||
        total > k_limits.total_bytes_max || name.find('/') != std::string_view::npos)
      std::abort();
    return {};
  };
  const auto read = fhir::definitions::read_package_archive(file.path(), k_limits, visit);
  const auto manifest = fhir::definitions::manifest_of_archive(file.path(), k_limits);
  if (manifest && (!read || !fhir::definitions::is_package_name(manifest->name) ||
                   !fhir::definitions::is_package_version(manifest->version)))
    std::abort();
  return 0;
}
