// What is sent with a request to import, on its way to the disk.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "fhir/base/result.h"
#include "src/bulk/appended_file.h"
#include "src/bulk/import_jobs.h"

namespace server::bulk {

/// NDJSON, plain or packed by gzip. What is let go of before it is accepted leaves nothing behind.
///
/// threads   one at a time
class Upload {
 public:
  /// errors   throttled (429): too many imports wait · no-store: it cannot be kept
  static fhir::Result<std::unique_ptr<Upload>> begin(ImportJobs& jobs, ImportRequest request);
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  const std::string& id() const { return place_->id(); }

  /// errors   no-store: the disk takes no more, or there is no room for it among the imports
  fhir::Result<void> add(std::string_view bytes);

  /// All has come: it is an import that waits for its turn.
  ///
  /// errors   required: nothing was sent · no-store
  fhir::Result<void> accept();

 private:
  Upload(ImportJobs& jobs, ImportRequest request, std::unique_ptr<KeptJobs::Place> place);

  ImportJobs& jobs_;
  const ImportRequest request_;
  const std::unique_ptr<KeptJobs::Place> place_;
  AppendedFile file_;
  std::uint64_t bytes_ = 0;
};

}  // namespace server::bulk
