#include "src/bulk/upload.h"

#include <utility>

namespace server::bulk {
namespace {

fhir::Unexpected<fhir::Issue> not_kept(std::string text) {
  return fhir::unexpected(
      fhir::make_issue(fhir::Situation::unavailable, fhir::IssueType::no_store, std::move(text)));
}

}  // namespace

fhir::Result<std::unique_ptr<Upload>> Upload::begin(ImportJobs& jobs, ImportRequest request) {
  FHIR_TRY(place, jobs.reserve(request.owner));
  return std::unique_ptr<Upload>(new Upload(jobs, std::move(request), std::move(place)));
}

Upload::Upload(ImportJobs& jobs, ImportRequest request, std::unique_ptr<KeptJobs::Place> place)
    : jobs_(jobs),
      request_(std::move(request)),
      place_(std::move(place)),
      file_(place_->folder() / k_upload, 0) {}

fhir::Result<void> Upload::add(std::string_view bytes) {
  if (!place_->take(bytes.size()))
    return not_kept("There is no room for what is sent among the imports: try again later");
  bytes_ += bytes.size();
  if (!file_.add(bytes)) return not_kept("The disk takes no more of what is sent");
  return {};
}

fhir::Result<void> Upload::accept() {
  if (bytes_ == 0)
    return fhir::unexpected(fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::required,
                                             "There is nothing to import"));
  if (!file_.sync()) return not_kept("The disk takes no more of what is sent");
  return jobs_.accept(*place_, request_);
}

}  // namespace server::bulk
