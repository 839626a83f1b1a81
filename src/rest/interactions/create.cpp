// https://hl7.org/fhir/R4/http.html#create https://hl7.org/fhir/R4/http.html#ccreate
#include "src/rest/answer.h"
#include "src/rest/conditional.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/referential.h"
#include "src/rest/resource_input.h"
#include "src/rest/stored_body.h"

namespace server::rest {
namespace {

constexpr int k_attempts_max = 5;  // a conditional create that others keep overtaking

/// "One Match: the server ignores the post and returns 200 OK."
Answer existing(const Call& call, std::string_view id) {
  REST_TRY(reader, call.reader());
  REST_TRY(version, reader->read(call.type, id));
  storage::Written as_is;
  as_is.version_id = version.version_id;
  as_is.last_updated = version.last_updated;
  as_is.body = std::move(version.body);
  return written_response(call, call.type, id, std::move(as_is));
}

}  // namespace

Answer create(const Call& call) {
  FHIR_TRY(document, read_new_resource(call));
  FHIR_CHECK(check_resource_type(document, call.type));
  FHIR_CHECK(validate(call, document));
  const std::string_view condition =
      call.headers != nullptr ? call.headers->get("If-None-Exist") : std::string_view{};
  for (int attempt = 1;; ++attempt) {
    FHIR_TRY(write,
             make_write(call, storage::WriteMethod::create, call.type, new_id(), document.root()));
    write.precondition.must_not_exist = true;
    if (!condition.empty()) {
      FHIR_TRY(found, find_one(call, call.type, condition));
      if (found.id) return existing(call, *found.id);
      write.precondition.must_match_none = std::move(found.query);
    }
    const std::string id = write.id;
    std::vector<storage::Write> writes;
    writes.push_back(std::move(write));
    auto outcome = write_all(call, std::move(writes));
    if (outcome) return written_response(call, call.type, id, std::move(outcome->written.front()));
    const bool overtaken = outcome.error().issue.type == fhir::IssueType::duplicate;
    if (!overtaken || attempt == k_attempts_max)
      return fhir::unexpected(write_failure(call, std::move(outcome).error().issue));
  }
}

}  // namespace server::rest
