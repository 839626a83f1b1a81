// https://hl7.org/fhir/R4/http.html#delete
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/referential.h"
#include "src/rest/resource_input.h"

namespace server::rest {

Answer remove(const Call& call) {
  storage::Write write;
  write.method = storage::WriteMethod::delete_;
  write.type = call.type;
  write.id = call.id;
  FHIR_TRY(if_match, if_match_of(call, call.id));
  write.precondition.if_match = if_match;
  std::vector<storage::Write> writes;
  writes.push_back(std::move(write));
  auto outcome = write_all(call, std::move(writes));
  if (!outcome) return fhir::unexpected(write_failure(call, std::move(outcome).error().issue));
  // "Upon successful deletion, or if the resource does not exist at all, the server should return
  // 204 or 200": both alike, so that a repeated delete is not an error.
  http::Response response;
  const storage::Written& written = outcome->written.front();
  if (call.prefer_return == ReturnPreference::operation_outcome) {
    response = done_response(200, written.unchanged ? "There was nothing to delete" : "Deleted");
  } else {
    response.status = 204;
  }
  if (!written.unchanged) response.headers.add("ETag", etag_of(written.version_id));
  return response;
}

}  // namespace server::rest
