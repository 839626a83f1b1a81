#include "src/bulk/import_jobs.h"

#include <utility>

namespace server::bulk {
namespace {

std::optional<KeptRequest> read_kept(std::string text) {
  auto request = read_import_request(text);
  if (!request) return std::nullopt;
  return KeptRequest{std::move(request->owner), request->accepted_ms, std::move(text)};
}

KeptOptions that_go_on(KeptOptions options) {
  options.what = "import";
  options.goes_on = true;
  return options;
}

}  // namespace

ImportJobs::ImportJobs(KeptOptions options, const ImportSource& source, Run run)
    : KeptJobs(that_go_on(std::move(options)), read_kept,
               [run = std::move(run)](const std::string& text, const std::filesystem::path& folder,
                                      std::uint64_t,
                                      jobs::Progress& progress) -> fhir::Result<Manifest> {
                 FHIR_TRY(request, read_import_request(text));
                 return run(request, folder, progress);
               }),
      source_(source) {}

fhir::Result<std::string> ImportJobs::accept(const ImportRequest& request) {
  return KeptJobs::accept({request.owner, request.accepted_ms, to_json(request)});
}

fhir::Result<void> ImportJobs::accept(const Place& place, const ImportRequest& request) {
  return KeptJobs::accept(place, {request.owner, request.accepted_ms, to_json(request)});
}

}  // namespace server::bulk
