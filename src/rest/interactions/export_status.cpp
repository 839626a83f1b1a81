// Where an export or an import stands, its end, and its files.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-status-request
#include <string>

#include "src/bulk/export_jobs.h"
#include "src/bulk/import_jobs.h"
#include "src/http/file_body.h"
#include "src/http/range.h"
#include "src/rest/answer.h"
#include "src/rest/authorizer.h"
#include "src/rest/interactions/interactions.h"

namespace server::rest {
namespace {

using bulk::KeptState;

constexpr std::string_view k_ndjson = "application/fhir+ndjson";

/// Which jobs a URL is about.
struct Place {
  bulk::KeptJobs* jobs;  // null: there are none
  std::string_view path;
  std::string_view what;
  std::string_view done;  // what has become of a resource that counts
};

Place exports_of(const Call& call) { return {call.exports, "/_export/", "export", "written"}; }
Place imports_of(const Call& call) { return {call.imports, "/_import/", "import", "read"}; }

Failure not_known(const Place& place) {
  return failure(
      fhir::make_issue(fhir::Situation::not_found, fhir::IssueType::not_found,
                       "There is no such " + std::string(place.what) +
                           ": it never was, it was deleted, or it was kept long enough"));
}

/// What one token may see is no other's to fetch.
fhir::Result<std::string, Failure> owner_of(const Call& call) {
  if (call.options->authorizer == nullptr) return std::string();
  REST_TRY(owner, call.options->authorizer->owner(*call.headers));
  return std::move(owner);
}

/// "X-Progress … less than 100 characters in length"
std::string progress_of(const KeptState& state, const Place& place) {
  if (state.status == KeptState::Status::waiting)
    return state.before == 0 ? "waiting, next in line"
                             : "waiting behind " + std::to_string(state.before) + " others";
  const std::string done = std::to_string(state.done);
  const std::string end = " resources " + std::string(place.done);
  if (state.total == 0) return done + end;
  return done + " of about " + std::to_string(state.total) + end;
}

/// "Retry-After … MAY use an HTTP-date or delay-seconds"
std::string retry_after(const KeptState& state) {
  constexpr std::uint32_t k_many = 200'000;
  const bool is_long = state.total > state.done + k_many || state.before > 1;
  return is_long ? "5" : "1";
}

http::Response finished(const Call& call, const Place& place, const KeptState& state) {
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Expires", http_date(state.expires_ms));
  response.body = bulk::to_json(state.manifest, call.options->base_url + std::string(place.path) +
                                                    std::string(call.id) + "/");
  return response;
}

http::Response failed(const KeptState& state) {
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

Answer state_of(const Call& call, const Place& place) {
  FHIR_TRY(owner, owner_of(call));
  const auto state = place.jobs != nullptr ? place.jobs->find(call.id, owner) : std::nullopt;
  if (!state) return fhir::unexpected(not_known(place));
  if (state->status == KeptState::Status::done) return finished(call, place, *state);
  if (state->status == KeptState::Status::failed) return failed(*state);
  if (state->is_asked_too_often)
    return fhir::unexpected(failure(fhir::make_issue(
        fhir::Situation::throttled, fhir::IssueType::throttled,
        "The state of the " + std::string(place.what) + " is asked for too often")));
  http::Response response =
      done_response(202, "The " + std::string(place.what) + " has not ended yet");
  response.headers.add("X-Progress", progress_of(*state, place));
  response.headers.add("Retry-After", retry_after(*state));
  return response;
}

/// "The server SHALL return … 202 Accepted … subsequent … requests … SHALL … 404 Not Found"
Answer cancel(const Call& call, const Place& place) {
  FHIR_TRY(owner, owner_of(call));
  if (place.jobs == nullptr || !place.jobs->remove(call.id, owner))
    return fhir::unexpected(not_known(place));
  return done_response(
      202, "The " + std::string(place.what) + " is cancelled, and its files are deleted");
}

Answer file_of(const Call& call, const Place& place) {
  FHIR_TRY(owner, owner_of(call));
  const auto found =
      place.jobs != nullptr ? place.jobs->find_file(call.id, call.file, owner) : std::nullopt;
  auto body = found ? http::FileBody::open(found->path) : nullptr;
  if (body == nullptr) return fhir::unexpected(not_known(place));
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

}  // namespace

Answer export_status(const Call& call) { return state_of(call, exports_of(call)); }
Answer export_cancel(const Call& call) { return cancel(call, exports_of(call)); }
Answer export_file(const Call& call) { return file_of(call, exports_of(call)); }

Answer import_status(const Call& call) { return state_of(call, imports_of(call)); }
/// What was imported before stays.
Answer import_cancel(const Call& call) { return cancel(call, imports_of(call)); }
Answer import_file(const Call& call) { return file_of(call, imports_of(call)); }

}  // namespace server::rest
