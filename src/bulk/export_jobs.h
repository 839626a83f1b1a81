// Exports in the background. https://hl7.org/fhir/uv/bulkdata/STU2/export.html#sequence-overview
#pragma once

#include "src/bulk/export_files.h"
#include "src/bulk/export_request.h"
#include "src/bulk/kept_jobs.h"

namespace server::bulk {

struct ExportOptions : KeptOptions {
  FileLimits files;
};

using ExportState = KeptState;

/// threads   any
class ExportJobs : public KeptJobs {
 public:
  /// Writes the files; must not throw. Stops soon after `is_cancelled`.
  ///
  /// returns   the time of the data, UTC milliseconds
  using Run = std::function<fhir::Result<std::int64_t>(const ExportRequest&, ExportFiles&,
                                                       jobs::Progress&)>;

  ExportJobs(const ExportOptions& options, Run run);

  /// As KeptJobs::accept().
  fhir::Result<std::string> accept(const ExportRequest& request);
};

}  // namespace server::bulk
