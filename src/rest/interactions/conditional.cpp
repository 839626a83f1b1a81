// https://hl7.org/fhir/R4/http.html#cond-update https://hl7.org/fhir/R4/http.html#3.1.0.7.1
#include "src/rest/conditional.h"

#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/referential.h"
#include "src/rest/resource_input.h"
#include "src/rest/search_request.h"
#include "src/rest/stored_body.h"

namespace server::rest {

namespace {

constexpr int k_attempts_max = 5;  // a condition that other writes keep changing
constexpr std::uint32_t k_page = 1'000;
constexpr std::size_t k_deleted_max = 10'000;  // by one conditional delete

/// Whom the update is for, and on what condition.
struct Subject {
  std::string id;
  storage::Precondition precondition;
  bool has_new_id = false;
};

fhir::Result<Subject, Failure> subject_of(const Call& call, std::string_view sent_id) {
  FHIR_TRY(found, find_one(call, call.type, call.parameters));
  Subject out;
  if (found.id) {
    // "One Match, resource id provided and does not match: 400"
    if (!sent_id.empty() && sent_id != *found.id)
      return fhir::unexpected(failure(
          fhir::make_issue(fhir::IssueType::invalid,
                           "The body's id is not the id of the resource that the criteria match")));
    out.id = *found.id;
  } else {
    // "No matches, no id provided: the server creates the resource"; with an id: update as create.
    out.id = sent_id.empty() ? new_id() : std::string(sent_id);
    out.has_new_id = sent_id.empty();
    out.precondition.must_match_none = std::move(found.query);
  }
  FHIR_TRY(if_match, if_match_of(call, out.id));
  out.precondition.if_match = if_match;
  return out;
}

fhir::Result<std::vector<std::string>, Failure> all_matches(const Call& call) {
  FHIR_TRY(query, parse_condition(call, call.type, call.parameters));
  query.count = k_page;
  std::vector<std::string> ids;
  REST_TRY(reader, call.reader());
  do {
    REST_TRY(page, reader->search(query));
    for (storage::Page::Entry& entry : page.entries) ids.push_back(std::move(entry.version.id));
    query.cursor = page.next_cursor;
    if (ids.size() > k_deleted_max)
      return fhir::unexpected(failure(
          fhir::make_issue(fhir::IssueType::too_costly, "The criteria match too many resources")));
  } while (!query.cursor.empty());
  return ids;
}

/// "the server … deletes all the matching resources in a single interaction"
Answer delete_all(const Call& call) {
  FHIR_TRY(ids, all_matches(call));
  std::vector<storage::Write> writes;
  for (std::string& id : ids) {
    storage::Write write;
    write.method = storage::WriteMethod::delete_;
    write.type = call.type;
    write.id = std::move(id);
    writes.push_back(std::move(write));
  }
  const std::size_t count = writes.size();
  if (count != 0) {
    auto outcome = write_all(call, std::move(writes));
    if (!outcome) return fhir::unexpected(write_failure(call, std::move(outcome).error().issue));
  }
  http::Response response;
  response.status = 204;
  if (call.prefer_return == ReturnPreference::operation_outcome)
    response = done_response(200, "Deleted: " + std::to_string(count));
  return response;
}

}  // namespace

Answer conditional_update(const Call& call) {
  FHIR_TRY(document, read_new_resource(call));
  FHIR_CHECK(check_resource_type(document, call.type));
  FHIR_CHECK(validate(call, document));
  for (int attempt = 1;; ++attempt) {
    FHIR_TRY(subject, subject_of(call, document.root().string_at("id")));
    FHIR_TRY(write, make_write(call, storage::WriteMethod::update, call.type, subject.id,
                               document.root()));
    write.precondition = std::move(subject.precondition);
    write.has_new_id = subject.has_new_id;
    std::vector<storage::Write> writes;
    writes.push_back(std::move(write));
    auto outcome = write_all(call, std::move(writes));
    if (outcome)
      return written_response(call, call.type, subject.id, std::move(outcome->written.front()));
    const bool overtaken = outcome.error().issue.type == fhir::IssueType::duplicate;
    if (!overtaken || attempt == k_attempts_max)
      return fhir::unexpected(write_failure(call, std::move(outcome).error().issue));
  }
}

Answer conditional_delete(const Call& call) {
  if (call.options->conditional_delete_multiple) return delete_all(call);
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
