// https://hl7.org/fhir/R4/http.html#read https://hl7.org/fhir/R4/http.html#vread
#include <charconv>

#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"

namespace server::rest {
namespace {

/// Conditional read: https://hl7.org/fhir/R4/http.html#cread
bool is_unchanged(const Call& call, const storage::Version& version) {
  if (call.headers == nullptr) return false;
  if (std::string_view known = call.headers->get("If-None-Match"); !known.empty())
    return known == "*" || version_of_etag(known) == version.version_id;
  if (std::string_view since = call.headers->get("If-Modified-Since"); !since.empty()) {
    const auto time = parse_http_date(since);
    return time && version.last_updated / 1000 * 1000 <= *time;
  }
  return false;
}

http::Response answer_with(const Call& call, storage::Version&& version) {
  http::Response response;
  if (is_unchanged(call, version)) {
    response.status = 304;
  } else {
    response = fhir_response(200, std::move(version.body));
  }
  add_version_headers(response, version.version_id, version.last_updated);
  return response;
}

}  // namespace

Answer read(const Call& call) {
  REST_TRY(version, call.snapshot->store().read(call.type, call.id, call.deadline));
  return answer_with(call, std::move(version));
}

Answer vread(const Call& call) {
  std::int64_t number = 0;
  auto [end, error] =
      std::from_chars(call.version.data(), call.version.data() + call.version.size(), number);
  if (error != std::errc{} || end != call.version.data() + call.version.size() || number < 1)
    return fhir::unexpected(failure(
        fhir::make_issue(fhir::IssueType::not_found, "There is no such version of this resource")));
  REST_TRY(reader, call.reader());
  REST_TRY(version, reader->read_version(call.type, call.id, number));
  if (version.deleted)
    return fhir::unexpected(failure(fhir::make_issue(
        fhir::IssueType::deleted, "This version is the deletion of the resource")));
  return answer_with(call, std::move(version));
}

}  // namespace server::rest
