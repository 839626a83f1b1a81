// Where an import gets files by URL. Knows no HTTP: whoever fetches them implements it.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

#include "fhir/base/result.h"
#include "src/bulk/import_request.h"

namespace server::bulk {

/// Thread-safe.
class ImportSource {
 public:
  virtual ~ImportSource() = default;

  /// Whether a URL may be asked at all.
  ///
  /// errors   security: it may not
  virtual fhir::Result<void> check(const std::string& url) const = 0;

  /// Fetches a file whole. What a try before has left beside it is gone on with, when it is of the
  /// same version.
  ///
  /// errors   security · not-found · conflict: it is not of the version that is asked for ·
  ///          too-long · no-store · transient, timeout: after some tries · incomplete: cancelled
  virtual fhir::Result<void> fetch(const ImportInput& input, const std::filesystem::path& file,
                                   std::uint64_t bytes_max,
                                   const std::atomic<bool>& is_cancelled) const = 0;
};

}  // namespace server::bulk
