#include "src/bulk/export_jobs.h"

#include <algorithm>
#include <utility>

namespace server::bulk {
namespace {

std::optional<KeptRequest> read_kept(std::string text) {
  auto request = read_export_request(text);
  if (!request) return std::nullopt;
  return KeptRequest{std::move(request->owner), request->accepted_ms, std::move(text)};
}

fhir::Result<Manifest> make(const ExportJobs::Run& run, FileLimits limits, const std::string& text,
                            const std::filesystem::path& folder, std::uint64_t bytes_max,
                            jobs::Progress& progress) {
  FHIR_TRY(request, read_export_request(text));
  limits.all_bytes = std::min(limits.all_bytes, bytes_max);
  ExportFiles files(folder, limits);
  FHIR_TRY(transaction_ms, run(request, files, progress));
  Manifest manifest;
  manifest.transaction_ms = transaction_ms;
  manifest.request = request.url;
  manifest.requires_access_token = request.is_guarded;
  FHIR_TRY(written, files.finish());
  manifest.files = std::move(written);
  return manifest;
}

}  // namespace

ExportJobs::ExportJobs(const ExportOptions& options, Run run)
    : KeptJobs(options, read_kept,
               [run = std::move(run), limits = options.files](
                   const std::string& text, const std::filesystem::path& folder,
                   std::uint64_t bytes_max, jobs::Progress& progress) {
                 return make(run, limits, text, folder, bytes_max, progress);
               }) {}

fhir::Result<std::string> ExportJobs::accept(const ExportRequest& request) {
  return KeptJobs::accept({request.owner, request.accepted_ms, to_json(request)});
}

}  // namespace server::bulk
