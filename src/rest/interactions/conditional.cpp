// https://hl7.org/fhir/R4/http.html#cond-update https://hl7.org/fhir/R4/http.html#3.1.0.7.1
#include "src/rest/conditional.h"
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/resource_input.h"
#include "src/rest/stored_body.h"

namespace server::rest {

Answer conditional_update(const Call& call) {
  FHIR_TRY(document, read_new_resource(call));
  FHIR_CHECK(check_resource_type(document, call.type));
  FHIR_CHECK(validate(call, document));
  FHIR_TRY(found, find_one(call, call.type, call.parameters));
  const std::string_view sent_id = document.root().string_at("id");
  std::string id;
  storage::Precondition precondition;
  if (found.id) {
    // "One Match, resource id provided and does not match: 400"
    if (!sent_id.empty() && sent_id != *found.id)
      return fhir::unexpected(failure(
          fhir::make_issue(fhir::IssueType::invalid,
                           "The body's id is not the id of the resource that the criteria match")));
    id = *found.id;
  } else {
    // "No matches, no id provided: the server creates the resource"; with an id: update as create.
    id = sent_id.empty() ? new_id() : std::string(sent_id);
    precondition.must_match_none = std::move(found.query);
  }
  FHIR_TRY(write, make_write(call, storage::WriteMethod::update, call.type, id, document.root()));
  write.precondition = std::move(precondition);
  std::vector<storage::Write> writes;
  writes.push_back(std::move(write));
  auto outcome = call.snapshot->store().write(std::move(writes));
  if (!outcome) return fhir::unexpected(write_failure(call, std::move(outcome).error().issue));
  return written_response(call, call.type, id, std::move(outcome->written.front()));
}

Answer conditional_delete(const Call& call) {
  FHIR_TRY(found, find_one(call, call.type, call.parameters));
  if (!found.id) {
    http::Response nothing;
    nothing.status = 204;
    return nothing;
  }
  Call inner = call;
  inner.id = *found.id;
  inner.parameters.clear();
  return remove(inner);
}

}  // namespace server::rest
