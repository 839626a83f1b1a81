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

  /// As KeptJobs::accept(). What is sent with a request comes by an Upload (upload.h).
  fhir::Result<std::string> accept(const ImportRequest& request);
  fhir::Result<void> accept(const Place& place, const ImportRequest& request);

  const ImportSource& source() const { return source_; }

 private:
  const ImportSource& source_;
};

}  // namespace server::bulk
