// https://hl7.org/fhir/R4/http.html#patch
#include "src/rest/answer.h"
#include "src/rest/conditional.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/patch_body.h"
#include "src/rest/referential.h"
#include "src/rest/resource_input.h"
#include "src/rest/stored_body.h"

namespace server::rest {
namespace {

constexpr int k_attempts_max = 5;  // a patch that other writes keep overtaking

fhir::Result<PatchBody, Failure> read_patch(const Call& call) {
  if (call.entry_resource != nullptr) return PatchBody::read_entry(call, call.entry_resource);
  const std::string_view type =
      call.headers != nullptr ? call.headers->get("Content-Type") : std::string_view{};
  return PatchBody::read(call, type, std::string(call.body));
}

fhir::Issue stale(std::int64_t version_id) {
  return fhir::make_issue(
      fhir::Situation::precondition_failed, fhir::IssueType::conflict,
      "If-Match names another version than the current one, " + std::to_string(version_id));
}

}  // namespace

Answer patch(const Call& call) {
  FHIR_TRY(body, read_patch(call));
  FHIR_TRY(if_match, if_match_of(call, call.id));
  for (int attempt = 1;; ++attempt) {
    REST_TRY(current, call.snapshot->store().read(call.type, call.id, call.deadline));
    if (if_match && *if_match != current.version_id)
      return fhir::unexpected(write_failure(call, stale(current.version_id)));
    // "The server SHALL process its own copy of the resource … When the operations have all been
    // processed, the server processes the resulting document as an Update operation"
    FHIR_TRY(document, body.apply(call, current));
    FHIR_CHECK(validate_patched(call, document));
    FHIR_TRY(write, make_write(call, storage::WriteMethod::patch, call.type, std::string(call.id),
                               document.root()));
    write.precondition.if_match = current.version_id;
    std::vector<storage::Write> writes;
    writes.push_back(std::move(write));
    auto outcome = write_all(call, std::move(writes));
    if (outcome)
      return written_response(call, call.type, call.id, std::move(outcome->written.front()));
    const bool overtaken =
        outcome.error().issue.situation == fhir::Situation::precondition_failed && !if_match;
    if (!overtaken || attempt == k_attempts_max)
      return fhir::unexpected(write_failure(call, std::move(outcome).error().issue));
  }
}

/// "No matches: The server returns a 404 Not Found. One match: The server performs the update
/// against the matching resource. Multiple matches: … 412 Precondition Failed"
Answer conditional_patch(const Call& call) {
  FHIR_TRY(found, find_one(call, call.type, call.parameters));
  if (!found.id)
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::not_found, fhir::IssueType::not_found,
                                 "The criteria match no " + std::string(call.type))));
  Call inner = call;
  inner.id = *found.id;
  inner.parameters.clear();
  return patch(inner);
}

}  // namespace server::rest
