// https://hl7.org/fhir/R4/http.html#read https://hl7.org/fhir/R4/http.html#vread
#include "fhir/formats/json_document.h"
#include "src/rest/answer.h"
#include "src/rest/binary_content.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/negotiation.h"
#include "src/rest/own_operations.h"
#include "src/rest/shaping.h"
#include "src/rest/version_number.h"

namespace server::rest {
namespace {

/// Whether a Binary is wanted as what it holds. Asked for as JSON or XML, not FHIR's: "the server
/// SHOULD return the content directly if the content-type format matches the requested mime type".
bool wants_content(const Call& call, const storage::Version& version) {
  if (!call.wants_content || call.headers == nullptr) return call.wants_content;
  Parameters none;
  const auto asked = negotiate(*call.headers, none, true);
  if (!asked || asked->generic_type.empty()) return true;
  const auto document = fhir::json::Document::read(version.body);
  return document && is_of_format(document->root().string_at("contentType"), asked->format);
}

/// Conditional read: https://hl7.org/fhir/R4/http.html#cread
bool is_unchanged(const Call& call, const storage::Version& version) {
  if (call.headers == nullptr) return false;
  if (std::string_view known = call.headers->get("If-None-Match"); !known.empty())
    return names_version(known, version.version_id);
  if (std::string_view since = call.headers->get("If-Modified-Since"); !since.empty()) {
    const auto time = parse_http_date(since);
    return time && version.last_updated / 1000 * 1000 <= *time;
  }
  return false;
}

Answer answer_with(const Call& call, storage::Version&& version) {
  http::Response response;
  if (is_unchanged(call, version)) {
    response.status = 304;
  } else if (wants_content(call, version)) {
    response = content_response(version.body);
  } else if (call.parameters.empty()) {
    response = fhir_response(200, std::move(version.body));
  } else {
    Parameters parameters = call.parameters;
    REST_TRY(shaping, take_shaping(parameters));
    response =
        fhir_response(200, shaped(std::move(version.body), shaping, call.snapshot->definitions()));
  }
  add_version_headers(response, version.version_id, version.last_updated);
  return response;
}

}  // namespace

Answer read(const Call& call) {
  auto version = call.snapshot->store().read(call.type, call.id, call.deadline);
  const bool may_be_own = !version && call.type == "OperationDefinition" &&
                          version.error().type == fhir::IssueType::not_found;
  if (may_be_own) {
    if (auto own = own_definition(*call.options, call.id)) version = *std::move(own);
  }
  if (!version) return fhir::unexpected(failure(std::move(version).error()));
  return answer_with(call, *std::move(version));
}

Answer vread(const Call& call) {
  FHIR_TRY(number, version_number(call.version));
  REST_TRY(reader, call.reader());
  REST_TRY(version, reader->read_version(call.type, call.id, number));
  if (version.deleted)
    return fhir::unexpected(failure(fhir::make_issue(
        fhir::IssueType::deleted, "This version is the deletion of the resource")));
  return answer_with(call, std::move(version));
}

}  // namespace server::rest
