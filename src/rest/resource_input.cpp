// https://hl7.org/fhir/R4/http.html#create https://hl7.org/fhir/R4/http.html#update
#include "src/rest/resource_input.h"

#include "src/rest/stored_body.h"

namespace server::rest {
namespace {

fhir::Issue placed(fhir::Issue issue, const fhir::json::Document& document,
                   const fhir::json::Value& value) {
  const fhir::json::Position position = document.position(value.offset());
  issue.line = position.line;
  issue.column = position.column;
  return issue;
}

}  // namespace

fhir::Result<fhir::json::Document, Failure> read_body(const Call& call) {
  if (call.body.empty())
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::IssueType::structure, "The request has no body")));
  fhir::json::ReadOptions options;
  options.depth_max = call.options->body_depth_max;
  REST_TRY(document, fhir::json::Document::read(std::string(call.body), options));
  return std::move(document);
}

fhir::Result<void, Failure> check_resource_type(const fhir::json::Document& document,
                                                std::string_view type) {
  const fhir::json::Value& root = document.root();
  if (!root.is_object())
    return fhir::unexpected(
        failure(placed(fhir::make_issue(fhir::IssueType::structure, "A resource is a JSON object"),
                       document, root)));
  const fhir::json::Value* found = root.find("resourceType");
  if (found == nullptr || !found->is_string())
    return fhir::unexpected(
        failure(placed(fhir::make_issue(fhir::IssueType::structure, "The body has no resourceType"),
                       document, root)));
  if (found->string() == type) return {};
  return fhir::unexpected(failure(placed(
      fhir::make_issue(fhir::IssueType::invalid,
                       "The body is not a " + std::string(type) + ", which is the type in the URL"),
      document, *found)));
}

fhir::Result<void, Failure> check_id(const fhir::json::Document& document, std::string_view id) {
  const fhir::json::Value* found = document.root().find("id");
  if (found == nullptr || !found->is_string())
    return fhir::unexpected(failure(
        placed(fhir::make_issue(fhir::IssueType::required,
                                "An update's body carries the id of the resource, as in the URL"),
               document, document.root())));
  if (found->string() == id) return {};
  return fhir::unexpected(failure(
      placed(fhir::make_issue(fhir::IssueType::invalid, "The body's id is not the id in the URL"),
             document, *found)));
}

fhir::Result<void, Failure> validate(const Call& call, const fhir::json::Document& document) {
  if (!call.options->validate_writes) return {};
  fhir::IssueList found;  // the validator keeps to k_issues_max, and adds an error that comes later
  call.snapshot->services.validator->validate(document, fhir::validation::Options{}, found);
  if (!found.has_errors()) return {};
  return fhir::unexpected(std::move(found.issues()));
}

fhir::Result<storage::Write, Failure> make_write(const Call& call, storage::WriteMethod method,
                                                 std::string_view type, std::string id,
                                                 const fhir::json::Value& resource) {
  storage::Write write;
  write.method = method;
  write.type = type;
  write.body = pending_body(resource, id);
  write.id = std::move(id);
  fhir::Element root = fhir::root_element(resource, call.snapshot->definitions());
  REST_TRY(rows, call.snapshot->extractor->extract(root));
  write.index = std::move(rows);
  // The id that the server gives is found by _id as any other.
  return write;
}

Failure write_failure(storage::Store::Failure&& failed) { return failure(std::move(failed.issue)); }

}  // namespace server::rest
