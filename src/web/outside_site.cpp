// https://hl7.org/fhir/smart-app-launch/conformance.html
#include "src/web/outside_site.h"

#include "fhir/formats/json_document.h"
#include "src/rest/cors.h"
#include "src/security/discovery.h"

namespace server::web {

http::Placement OutsideSite::placement(const http::Request& request) const {
  return authorizer_.is_quick(request.headers) ? next_.placement(request) : http::Placement::worker;
}

http::Response OutsideSite::handle(http::Request& request) {
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  const bool is_discovery =
      tells_discovery_ && path.starts_with(options_.base_path) &&
      path.substr(options_.base_path.size()) == "/.well-known/smart-configuration";
  if (!is_discovery) return next_.handle(request);
  http::Response response = discovery(request);
  response.label = "auth";
  rest::add_cors(options_, request, response);
  return response;
}

http::Response OutsideSite::discovery(const http::Request& request) const {
  if (request.method == http::Method::options) return rest::options_response("GET, HEAD, OPTIONS");
  if (request.method != http::Method::get && request.method != http::Method::head) {
    http::Response refused = failure(405, "This URL takes GET, HEAD, OPTIONS");
    refused.headers.add("Allow", "GET, HEAD, OPTIONS");
    return refused;
  }
  const auto text = tokens_.discovery();
  const auto document =
      text == nullptr ? fhir::json::Document::read("{}") : fhir::json::Document::read(*text);
  if (text == nullptr && tokens_.first().jwks_uri.empty())
    return failure(503, "The authorization server does not answer now");
  if (!document) return failure(503, "The authorization server does not answer now");
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "public, max-age=300");
  response.body = security::outside_smart_configuration(tokens_.first(), document->root());
  return response;
}

}  // namespace server::web
