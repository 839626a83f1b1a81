// https://hl7.org/fhir/R4/http.html#capabilities
#include <array>
#include <cstdio>
#include <functional>

#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/shaping.h"

namespace server::rest {
namespace {

/// "An ETag header SHOULD be returned with the Response. The value of the ETag header SHALL change
/// if the returned resource changes."
std::string etag_of_text(std::string_view text) {
  std::array<char, 24> tag;
  std::snprintf(tag.data(), tag.size(), "W/\"%016zx\"", std::hash<std::string_view>{}(text));
  return tag.data();
}

/// "servers are encouraged to support the _summary and _elements parameters on the capabilities
/// interaction"
http::Response statement(const Call& call, const Shaping& shaping, const LazyText& whole) {
  std::string text = shaping.is_whole()
                         ? whole.text()
                         : shaped(whole.text(), shaping, call.snapshot->definitions());
  const std::string etag = etag_of_text(text);
  http::Response response;
  if (call.headers != nullptr &&
      call.headers->get("If-None-Match").find(etag) != std::string::npos) {
    response.status = 304;
  } else {
    response = fhir_response(200, std::move(text));
  }
  response.headers.add("ETag", etag);
  return response;
}

}  // namespace

/// "mode: full, normative or terminology"
Answer capabilities(const Call& call) {
  const Snapshot& snapshot = *call.snapshot;
  Parameters parameters = call.parameters;
  REST_TRY(shaping, take_shaping(parameters));
  for (const auto& [name, value] : parameters) {
    if (name != "mode" || value == "full") continue;
    if (value == "normative") return statement(call, shaping, *snapshot.normative_capabilities);
    if (value == "terminology") return statement(call, shaping, *snapshot.terminology_capabilities);
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::value,
                                 "mode is one of full, normative and terminology")));
  }
  return statement(call, shaping, *snapshot.capability_statement);
}

}  // namespace server::rest
