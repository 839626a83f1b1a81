// https://hl7.org/fhir/R4/http.html#update https://hl7.org/fhir/R4/http.html#upsert
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/resource_input.h"

namespace server::rest {

Answer update(const Call& call) {
  FHIR_TRY(document, read_body(call));
  FHIR_CHECK(check_resource_type(document, call.type));
  FHIR_CHECK(check_id(document, call.id));
  FHIR_CHECK(validate(call, document));
  FHIR_TRY(write, make_write(call, storage::WriteMethod::update, call.type, std::string(call.id),
                             document.root()));
  if (call.headers != nullptr) {
    if (std::string_view text = call.headers->get("If-Match"); !text.empty()) {
      write.precondition.if_match = version_of_etag(text);
      if (!write.precondition.if_match)
        return fhir::unexpected(failure(
            fhir::make_issue(fhir::Situation::precondition_failed, fhir::IssueType::conflict,
                             "If-Match names no version that this server gave")));
    }
    if (call.headers->get("If-None-Match") == "*") write.precondition.must_not_exist = true;
  }
  std::vector<storage::Write> writes;
  writes.push_back(std::move(write));
  auto outcome = call.snapshot->store().write(std::move(writes));
  if (!outcome) return fhir::unexpected(write_failure(std::move(outcome).error()));
  return written_response(call, call.type, call.id, std::move(outcome->written.front()));
}

}  // namespace server::rest
