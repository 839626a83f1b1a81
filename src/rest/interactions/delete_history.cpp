// $delete-history: erases the old versions of a resource, or one of them. R4 has no such operation;
// its purpose is that of https://hl7.org/fhir/R5/http.html#delete-history. Off unless set.
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/resource_input.h"
#include "src/rest/version_number.h"

namespace server::rest {

Answer delete_history(const Call& call) {
  if (!call.options->delete_history)
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::refused, fhir::IssueType::forbidden,
                                 "This server keeps its histories; --delete-history allows it")));
  storage::Write write;
  write.method = storage::WriteMethod::erase_history;
  write.type = call.type;
  write.id = call.id;
  if (!call.version.empty()) {
    FHIR_TRY(number, version_number(call.version));
    write.erased_version = number;
  }
  std::vector<storage::Write> writes;
  writes.push_back(std::move(write));
  auto outcome = call.snapshot->store().write(std::move(writes));
  if (!outcome) return fhir::unexpected(write_failure(call, std::move(outcome).error().issue));
  if (!call.version.empty() && outcome->written.front().unchanged)
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::not_found, fhir::IssueType::not_found,
                                 "There is no such version of the resource")));
  return done_response(200, "The old versions are erased; the current one stays");
}

}  // namespace server::rest
