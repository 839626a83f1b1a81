// $import: the kick-off. https://github.com/smart-on-fhir/bulk-import
#include <algorithm>

#include "src/bulk/import_jobs.h"
#include "src/http/compression.h"
#include "src/rest/bulk/import_parameters.h"
#include "src/rest/bulk/kick_off.h"
#include "src/rest/bulk/upload_sink.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/operation_input.h"

namespace server::rest {
namespace {

bool may_write(const access::Access& access, std::string_view type) {
  const auto extent = [&](security::Right right) { return access.permission(type, right).extent; };
  return extent(security::right_create) != access::Extent::none ||
         extent(security::right_update) != access::Extent::none;
}

/// What is named must be allowed, and something at all: the rest is refused line by line.
fhir::Result<void, Failure> check_scopes(const Call& call, const bulk::ImportRequest& request) {
  if (call.access == nullptr) return {};
  const auto all = call.snapshot->definitions().resource_types();
  bool may_all = std::any_of(all.begin(), all.end(),
                             [&](std::string_view type) { return may_write(*call.access, type); });
  for (const bulk::ImportInput& input : request.inputs)
    may_all = may_all && (input.type.empty() || may_write(*call.access, input.type));
  if (may_all) return {};
  return fhir::unexpected(failure(
      fhir::make_issue(fhir::Situation::refused, fhir::IssueType::forbidden,
                       "The token's scopes, or its user's role, do not allow to create or update "
                       "what is imported")));
}

fhir::Result<void, Failure> kept(fhir::Result<void> done) {
  if (done) return {};
  return fhir::unexpected(failure(std::move(done).error()));
}

}  // namespace

Answer import_data(const Call& call) {
  if (call.imports == nullptr || !call.options->bulk_import)
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::not_found, fhir::IssueType::not_supported,
                                 "This server is set to import nothing")));
  if (call.is_entry)
    return refuse(fhir::IssueType::not_supported, "An import is not kicked off within a bundle");
  if (!call.respond_async)
    return refuse(fhir::IssueType::required, "An import needs the header Prefer: respond-async");
  FHIR_TRY(request, import_request_of(call));
  FHIR_CHECK(check_scopes(call, request));
  FHIR_CHECK(take_identity(call, request));
  if (!is_upload(call)) {
    REST_TRY(id, call.imports->accept(request));
    return accepted(call, "import", id);
  }
  REST_TRY(upload, bulk::Upload::begin(*call.imports, std::move(request)));
  http::Response response = accepted(call, "import", upload->id());
  if (call.body_follows) {
    const bool is_packed =
        http::content_coding(call.headers->get("Content-Encoding")) != http::Coding::identity;
    response.sink = sink_of(std::move(upload), is_packed);
    return response;
  }
  FHIR_CHECK(kept(upload->add(call.body)));
  FHIR_CHECK(kept(upload->accept()));
  return response;
}

}  // namespace server::rest
