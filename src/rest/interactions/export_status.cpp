// Where an export stands, its end, and its files.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-status-request
#include <string>

#include "src/bulk/export_jobs.h"
#include "src/http/file_body.h"
#include "src/http/range.h"
#include "src/rest/answer.h"
#include "src/rest/authorizer.h"
#include "src/rest/interactions/interactions.h"

namespace server::rest {
namespace {

using bulk::ExportState;

constexpr std::string_view k_ndjson = "application/fhir+ndjson";

Failure not_known() {
  return failure(fhir::make_issue(
      fhir::Situation::not_found, fhir::IssueType::not_found,
      "There is no such export: it never was, it was deleted, or it was kept long enough"));
}

/// What one token may see is no other's to fetch.
fhir::Result<std::string, Failure> owner_of(const Call& call) {
  if (call.options->authorizer == nullptr) return std::string();
  REST_TRY(owner, call.options->authorizer->owner(*call.headers));
  return std::move(owner);
}

/// "X-Progress … less than 100 characters in length"
std::string progress_of(const ExportState& state) {
  if (state.status == ExportState::Status::waiting)
    return state.before == 0 ? "waiting, next in line"
                             : "waiting behind " + std::to_string(state.before) + " others";
  const std::string done = std::to_string(state.done);
  if (state.total == 0) return done + " resources written";
  return done + " of about " + std::to_string(state.total) + " resources written";
}

/// "Retry-After … MAY use an HTTP-date or delay-seconds"
std::string retry_after(const ExportState& state) {
  constexpr std::uint32_t k_many = 200'000;
  const bool is_long = state.total > state.done + k_many || state.before > 1;
  return is_long ? "5" : "1";
}

http::Response finished(const Call& call, const ExportState& state) {
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Expires", http_date(state.expires_ms));
  response.body = bulk::to_json(state.manifest,
                                call.options->base_url + "/_export/" + std::string(call.id) + "/");
  return response;
}

http::Response failed(const ExportState& state) {
  http::Response response = fhir_response(500, state.failure);
  response.headers.add("Expires", http_date(state.expires_ms));
  return response;
}

std::string_view without_coding(std::string_view tag) {
  constexpr std::string_view k_packed = "-gzip\"";
  return tag.ends_with(k_packed) ? tag.substr(0, tag.size() - k_packed.size()) : tag;
}

/// Whether an If-None-Match names the file, packed or not.
bool names(std::string_view field, std::string_view tag) {
  while (!field.empty()) {
    std::string_view one = field.substr(0, field.find(','));
    field.remove_prefix(std::min(field.size(), one.size() + 1));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == "*" || one == tag) return true;
    if (without_coding(one) == tag.substr(0, tag.size() - 1)) return true;
  }
  return false;
}

/// "A client that … wants to ensure that … the ranges belong to the same representation": an
/// If-Range that names another has the whole sent (RFC 9110 section 13.1.5).
bool allows_range(const http::Headers& headers, std::string_view tag, std::string_view modified) {
  const std::string_view condition = headers.get("If-Range");
  return condition.empty() || condition == tag || condition == modified;
}

void narrow(const Call& call, std::string_view tag, std::string_view modified, http::FileBody& body,
            http::Response& response) {
  const std::string_view field = call.headers->get("Range");
  if (field.empty() || call.is_head || !allows_range(*call.headers, tag, modified)) return;
  const std::string size = std::to_string(body.file_bytes());
  const auto range = http::parse_range(field, body.file_bytes());
  if (!range) return;
  if (range->bytes == 0) {
    response = failure_response(failure(fhir::make_issue(
        fhir::IssueType::value, "The file has no bytes in the range that is asked for")));
    response.status = 416;
    response.headers.add("Content-Range", "bytes */" + size);
    return;
  }
  body.narrow(range->first, range->bytes);
  response.status = 206;
  response.headers.add("Content-Range", "bytes " + std::to_string(range->first) + "-" +
                                            std::to_string(range->first + range->bytes - 1) + "/" +
                                            size);
}

}  // namespace

Answer export_status(const Call& call) {
  FHIR_TRY(owner, owner_of(call));
  const auto state = call.exports != nullptr ? call.exports->find(call.id, owner) : std::nullopt;
  if (!state) return fhir::unexpected(not_known());
  if (state->status == ExportState::Status::done) return finished(call, *state);
  if (state->status == ExportState::Status::failed) return failed(*state);
  if (state->is_asked_too_often)
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::throttled, fhir::IssueType::throttled,
                                 "The export's state is asked for too often")));
  http::Response response = done_response(202, "The export has not ended yet");
  response.headers.add("X-Progress", progress_of(*state));
  response.headers.add("Retry-After", retry_after(*state));
  return response;
}

/// "The server SHALL return … 202 Accepted … subsequent … requests … SHALL … 404 Not Found"
Answer export_cancel(const Call& call) {
  FHIR_TRY(owner, owner_of(call));
  if (call.exports == nullptr || !call.exports->remove(call.id, owner))
    return fhir::unexpected(not_known());
  return done_response(202, "The export is cancelled, and its files are deleted");
}

Answer export_file(const Call& call) {
  FHIR_TRY(owner, owner_of(call));
  const auto found =
      call.exports != nullptr ? call.exports->find_file(call.id, call.file, owner) : std::nullopt;
  auto body = found ? http::FileBody::open(found->path) : nullptr;
  if (body == nullptr) return fhir::unexpected(not_known());
  const std::string tag =
      "\"" + std::to_string(found->ended_ms) + "-" + std::to_string(body->file_bytes()) + "\"";
  const std::string modified = http_date(found->ended_ms);
  http::Response response;
  narrow(call, tag, modified, *body, response);
  if (response.status == 416) return response;
  response.headers.add("ETag", tag);
  response.headers.add("Last-Modified", modified);
  response.headers.add("Accept-Ranges", "bytes");
  response.headers.add("Cache-Control", "private");
  if (names(call.headers->get("If-None-Match"), tag)) {
    response.status = 304;
    return response;
  }
  response.headers.add("Content-Type", std::string(k_ndjson));
  response.source = std::move(body);
  return response;
}

}  // namespace server::rest
