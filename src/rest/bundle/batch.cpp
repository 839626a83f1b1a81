// https://hl7.org/fhir/R4/http.html#brules
#include "src/rest/bundle/batch.h"

#include "fhir/formats/json_writer.h"
#include "src/rest/answer.h"
#include "src/rest/bundle/entry.h"
#include "src/rest/interactions/interactions.h"

namespace server::rest {
namespace {

using bundle_entries::Entry;

/// Lines and columns of an entry read alone are not those of the bundle: the expression tells.
Failure in_bundle(Failure failure, const Entry& entry, const fhir::json::Document& bundle) {
  for (fhir::Issue& issue : failure) {
    const std::size_t dot = issue.expression.find('.');
    std::string path = entry.expression();
    if (!issue.expression.empty()) path += ".resource";
    if (dot != std::string::npos) path += issue.expression.substr(dot);
    issue.expression = std::move(path);
    issue.line = 0;
    issue = bundle_entries::at_entry(std::move(issue), entry, bundle);
  }
  return failure;
}

Answer run(const Call& call, const Entry& entry) {
  std::string body;
  if (entry.resource != nullptr && entry.method != http::Method::patch)
    body = fhir::json::to_string(*entry.resource);
  FHIR_TRY(inner, bundle_entries::call_for(call, entry, body));
  return entry.match.route->handle(inner);
}

}  // namespace

Answer batch(const Call& call, const fhir::json::Document& bundle) {
  FHIR_TRY(entries, bundle_entries::read_entries(call, bundle));
  std::string text = R"({"resourceType":"Bundle","type":"batch-response")";
  if (!entries.empty()) text += R"(,"entry":[)";
  for (const Entry& entry : entries) {
    Answer answer = run(call, entry);
    const http::Response response =
        answer ? *std::move(answer)
               : failure_response(in_bundle(std::move(answer).error(), entry, bundle));
    if (entry.index != 0) text += ',';
    const bool with_resource = call.prefer_return == ReturnPreference::representation ||
                               entry.method == http::Method::get ||
                               !entry.match.operation.empty() || entry.path.ends_with("_search");
    bundle_entries::append_response_entry(text, response, with_resource);
  }
  text += entries.empty() ? "}" : "]}";
  return fhir_response(200, std::move(text));
}

}  // namespace server::rest
