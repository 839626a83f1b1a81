// $export of the system, of all patients, of a group: the kick-off.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-kick-off-request
#include <algorithm>

#include "src/access/guarded_query.h"
#include "src/bulk/export_jobs.h"
#include "src/rest/bulk/export_parameters.h"
#include "src/rest/bulk/kick_off.h"
#include "src/rest/bulk/members.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/operation_input.h"

namespace server::rest {
namespace {

using bulk::ExportLevel;
using bulk::ExportRequest;

fhir::Unexpected<Failure> forbidden(std::string text) {
  return fhir::unexpected(failure(
      fhir::make_issue(fhir::Situation::refused, fhir::IssueType::forbidden, std::move(text))));
}

constexpr security::Rights k_reading = security::right_read | security::right_search;

bool may_read(const access::Access& access, std::string_view type) {
  return access.permission(type, k_reading).extent != access::Extent::none;
}

fhir::Unexpected<Failure> may_not_read(const access::Access& access, std::string_view type) {
  return forbidden(access::not_allowed("read and search", type, k_reading, access));
}

/// What is asked for by name must be allowed; of all else, what is allowed is exported.
fhir::Result<void, Failure> check_scopes(const Call& call, const ExportRequest& request) {
  if (call.access == nullptr) return {};
  for (const std::string& type : request.types) {
    if (!may_read(*call.access, type)) return may_not_read(*call.access, type);
  }
  const auto all = call.snapshot->definitions().resource_types();
  const bool may_any = std::any_of(
      all.begin(), all.end(), [&](std::string_view type) { return may_read(*call.access, type); });
  if (!may_any)
    return forbidden("The token's scopes, or its user's role, allow to read and search no type");
  if (request.provenances != bulk::AssociatedProvenances::as_asked_by_type &&
      !may_read(*call.access, "Provenance"))
    return may_not_read(*call.access, "Provenance");
  const bool needs_patients = request.level == ExportLevel::patient;
  if (needs_patients && !may_read(*call.access, "Patient"))
    return may_not_read(*call.access, "Patient");
  return {};
}

/// The group must be there, and the patients in it; without a group, the patients must be there.
fhir::Result<void, Failure> check_patients(const Call& call, const ExportRequest& request) {
  if (request.level == ExportLevel::system) return {};
  REST_TRY(reader, call.reader());
  if (request.level == ExportLevel::group) {
    REST_TRY(members, patients_of_group(*reader, request.group, request.accepted_ms));
    for (const std::string& id : request.patients) {
      if (members.count(id) == 0)
        return refuse(fhir::IssueType::value, "patient names somebody who is not in the group");
    }
    return {};
  }
  for (const std::string& id : request.patients) {
    if (!reader->read("Patient", id))
      return refuse(fhir::IssueType::not_found,
                    "patient names somebody who is not here, or not for this token");
  }
  return {};
}

}  // namespace

Answer export_data(const Call& call) {
  if (call.exports == nullptr || !call.options->bulk_export)
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::not_found, fhir::IssueType::not_supported,
                                 "This server is set to export nothing")));
  if (call.is_entry)
    return refuse(fhir::IssueType::not_supported, "An export is not kicked off within a bundle");
  // "Prefer (string, required) … The value SHALL be set to respond-async"
  if (!call.respond_async)
    return refuse(fhir::IssueType::required, "An export needs the header Prefer: respond-async");
  FHIR_TRY(request, export_request_of(call));
  FHIR_CHECK(check_scopes(call, request));
  FHIR_CHECK(check_patients(call, request));
  FHIR_CHECK(take_identity(call, request));
  REST_TRY(id, call.exports->accept(std::move(request)));
  return accepted(call, "export", id);
}

}  // namespace server::rest
