// Database files that only their owner may read.
#pragma once

#include <filesystem>

#include "fhir/base/result.h"

namespace server::storage::sqlite {

/// Makes the file when it is absent and gives it the mode 0600. SQLite gives the files that it
/// makes beside it the same mode; those that a killed server left there are given it here.
///
/// Before SQLite opens the file: closing a file ends the locks that the process has on it.
///
/// errors   no-store / unavailable: it cannot be made, or is another's
fhir::Result<void> make_private(const std::filesystem::path& file);

}  // namespace server::storage::sqlite
