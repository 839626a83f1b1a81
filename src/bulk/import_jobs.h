// Imports in the background: one after the other, gone on with after a restart.
#pragma once

#include <string>
#include <string_view>

#include "src/bulk/import_request.h"
#include "src/bulk/import_source.h"
#include "src/bulk/kept_jobs.h"

namespace server::bulk {

/// Where a job's folder holds what was sent with the request.
inline constexpr std::string_view k_upload = "upload";

/// threads   any
class ImportJobs : public KeptJobs {
 public:
  /// Must not throw. Stops soon after `is_cancelled`; goes on with what a run before has left in
  /// the folder.
  using Run = std::function<fhir::Result<Manifest>(
      const ImportRequest&, const std::filesystem::path& folder, jobs::Progress&)>;

  /// source   where URLs are asked; outlives this
  ImportJobs(KeptOptions options, const ImportSource& source, Run run);

  /// As KeptJobs::accept().
  ///
  /// upload   NDJSON, may be packed by gzip; of an input without a URL
  fhir::Result<std::string> accept(const ImportRequest& request, std::string_view upload = {});

  const ImportSource& source() const { return source_; }

 private:
  const ImportSource& source_;
};

}  // namespace server::bulk
