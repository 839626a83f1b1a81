// Where a request stands that is answered later. https://hl7.org/fhir/R4/async.html
#include <algorithm>

#include "fhir/formats/json_writer.h"
#include "src/jobs/request_jobs.h"
#include "src/rest/answer.h"
#include "src/rest/authorizer.h"
#include "src/rest/base64.h"
#include "src/rest/bundle/entry.h"
#include "src/rest/interactions/interactions.h"

namespace server::rest {
namespace {

using jobs::RequestJob;

Failure not_known() {
  return failure(fhir::make_issue(
      fhir::Situation::not_found, fhir::IssueType::not_found,
      "No request of that id is being answered: it never was, it was cancelled, or its answer was "
      "kept long enough"));
}

/// What one token asked for is no other's to read: an answer is of what that one may see.
fhir::Result<std::string, Failure> owner_of(const Call& call) {
  if (call.options->authorizer == nullptr) return std::string();
  REST_TRY(owner, call.options->authorizer->owner(*call.headers));
  return std::move(owner);
}

/// "The server MAY supply an X-Progress header … less than 100 characters in length"
std::string progress_of(const RequestJob& job) {
  if (job.status == RequestJob::Status::waiting)
    return job.before == 0 ? "waiting, next in line"
                           : "waiting behind " + std::to_string(job.before) + " others";
  if (job.total == 0) return "working";
  return std::to_string(job.done) + " of " + std::to_string(job.total) + " entries";
}

/// What is no resource goes into a Binary.
void put_into_binary(http::Response& response) {
  const std::string_view type = response.headers.get("Content-Type");
  if (response.body.empty() || type == content_type_of(Format::json)) return;
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("resourceType", "Binary").string("contentType", type);
  out.string("data", to_base64(response.body)).end_object();
  response.body = std::move(text);
}

http::Response finished(RequestJob job) {
  put_into_binary(job.response);
  std::string text = R"({"resourceType":"Bundle","type":"batch-response","entry":[)";
  bundle_entries::append_response_entry(text, job.response, true);
  http::Response response = fhir_response(200, text + "]}");
  response.headers.add("Expires", http_date(job.expires_ms));
  return response;
}

}  // namespace

Answer job_status(const Call& call) {
  FHIR_TRY(owner, owner_of(call));
  auto job = call.jobs != nullptr ? call.jobs->find(call.id, owner) : std::nullopt;
  if (!job) return fhir::unexpected(not_known());
  switch (job->status) {
    case RequestJob::Status::done:
      return finished(*std::move(job));
    case RequestJob::Status::lost:
      return fhir::unexpected(failure(fhir::make_issue(
          fhir::Situation::internal, fhir::IssueType::incomplete,
          "The server was stopped while it worked on this request. What a transaction writes was "
          "written whole or not at all: look for it before the request is sent again")));
    default:
      break;
  }
  http::Response response = done_response(202, "The request is not answered yet");
  response.headers.add("X-Progress", progress_of(*job));
  response.headers.add("Retry-After", "1");
  return response;
}

/// "the server … SHALL return 202 Accepted"; from then on its URL is not found.
Answer job_cancel(const Call& call) {
  FHIR_TRY(owner, owner_of(call));
  if (call.jobs == nullptr || !call.jobs->remove(call.id, owner))
    return fhir::unexpected(not_known());
  return done_response(202, "The request is cancelled, or its answer let go");
}

}  // namespace server::rest
