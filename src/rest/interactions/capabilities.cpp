// https://hl7.org/fhir/R4/http.html#capabilities
#include <array>
#include <cstdio>
#include <functional>

#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"

namespace server::rest {
namespace {

/// "An ETag header SHOULD be returned with the Response. The value of the ETag header SHALL change
/// if the returned resource changes."
std::string etag_of_text(std::string_view text) {
  std::array<char, 24> tag;
  std::snprintf(tag.data(), tag.size(), "W/\"%016zx\"", std::hash<std::string_view>{}(text));
  return tag.data();
}

http::Response statement(const Call& call, const std::string& text) {
  const std::string etag = etag_of_text(text);
  http::Response response;
  if (call.headers != nullptr &&
      call.headers->get("If-None-Match").find(etag) != std::string::npos) {
    response.status = 304;
  } else {
    response = fhir_response(200, text);
  }
  response.headers.add("ETag", etag);
  return response;
}

}  // namespace

/// "mode: full, normative or terminology"
Answer capabilities(const Call& call) {
  const Snapshot& snapshot = *call.snapshot;
  for (const auto& [name, value] : call.parameters) {
    if (name != "mode" || value == "full") continue;
    if (value == "normative") return statement(call, snapshot.normative_capabilities->text());
    if (value == "terminology") return statement(call, snapshot.terminology_capabilities->text());
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::value,
                                 "mode is one of full, normative and terminology")));
  }
  return statement(call, snapshot.capability_statement->text());
}

}  // namespace server::rest
