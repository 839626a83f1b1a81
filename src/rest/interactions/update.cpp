// https://hl7.org/fhir/R4/http.html#update https://hl7.org/fhir/R4/http.html#upsert
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/referential.h"
#include "src/rest/resource_input.h"

namespace server::rest {

Answer update(const Call& call) {
  FHIR_TRY(document, read_new_resource(call));
  FHIR_CHECK(check_resource_type(document, call.type));
  FHIR_CHECK(check_id(document, call.id));
  FHIR_CHECK(validate(call, document));
  FHIR_TRY(write, make_write(call, storage::WriteMethod::update, call.type, std::string(call.id),
                             document.root()));
  FHIR_TRY(if_match, if_match_of(call, call.id));
  write.precondition.if_match = if_match;
  if (call.headers != nullptr && call.headers->get("If-None-Match") == "*")
    write.precondition.must_not_exist = true;
  std::vector<storage::Write> writes;
  writes.push_back(std::move(write));
  auto outcome = write_all(call, std::move(writes));
  if (!outcome) return fhir::unexpected(write_failure(call, std::move(outcome).error().issue));
  return written_response(call, call.type, call.id, std::move(outcome->written.front()));
}

}  // namespace server::rest
