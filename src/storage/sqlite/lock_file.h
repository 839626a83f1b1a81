// Keeps a second server away from a data folder.
#pragma once

#include <filesystem>

#include "fhir/base/result.h"

namespace server::storage::sqlite {

/// An exclusive lock on a file, held while the object lives and given up by the system when the
/// process ends in any way.
class LockFile {
 public:
  /// errors   lock-error: another process, or another store of this one, holds it
  static fhir::Result<LockFile> take(const std::filesystem::path& file);
  LockFile(LockFile&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  LockFile& operator=(LockFile&& other) noexcept;
  ~LockFile();

 private:
  explicit LockFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace server::storage::sqlite
