#include "src/storage/sqlite/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace server::storage::sqlite {

fhir::Result<void> make_private(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return fhir::unexpected(fhir::make_issue(
        fhir::Situation::unavailable, fhir::IssueType::no_store, "Cannot make " + file.string()));
  const bool is_private = ::fchmod(descriptor, 0600) == 0;
  ::close(descriptor);
  if (!is_private)
    return fhir::unexpected(fhir::make_issue(fhir::Situation::unavailable,
                                             fhir::IssueType::no_store,
                                             file.string() + " cannot be made private"));
  return {};
}

}  // namespace server::storage::sqlite
