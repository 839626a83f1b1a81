#include "src/rest/cors.h"

#include <algorithm>
#include <array>

#include "src/rest/patch_body.h"

namespace server::rest {
namespace {

constexpr std::string_view k_exposed =
    "ETag, Last-Modified, Location, Content-Location, Expires, Preference-Applied, Retry-After, "
    "X-Correlation-Id, X-Progress, X-Request-Id, X-Security-Context";

/// Field names with commas between them, and nothing else.
bool is_name_list(std::string_view text) {
  return !text.empty() && text.size() < 2'048 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == ',' || c == ' ';
  });
}

/// "For requests from any origin, CORS configuration permits access to the public discovery
/// endpoints (.well-known/smart-configuration and metadata)", and to what these lead to that is as
/// public.
/// https://hl7.org/fhir/smart-app-launch/app-launch.html#considerations-for-cross-origin-resource-sharing-cors-support
bool is_discovery(const Options& options, std::string_view target) {
  constexpr std::array<std::string_view, 4> k_paths = {"/.well-known/smart-configuration",
                                                       "/.well-known/openid-configuration",
                                                       "/metadata", "/auth/jwks"};
  if (options.oauth_uris.empty() || !target.starts_with(options.base_path)) return false;
  target = target.substr(0, target.find('?')).substr(options.base_path.size());
  return std::find(k_paths.begin(), k_paths.end(), target) != k_paths.end();
}

}  // namespace

void add_cors(const Options& options, const http::Request& request, http::Response& response) {
  const bool is_open = is_discovery(options, request.target);
  if (options.cors_origins.empty() && !is_open) return;
  response.headers.add("Vary", "Origin");
  const std::string_view origin = request.headers.get("Origin");
  if (origin.empty()) return;
  const auto& allowed = options.cors_origins;
  const auto is_allowed = [&](std::string_view one) {
    return std::find(allowed.begin(), allowed.end(), one) != allowed.end();
  };
  const bool is_of_any = is_allowed("*") || (is_open && !is_allowed(origin));
  if (!is_of_any && !is_allowed(origin)) return;
  response.headers.add("Access-Control-Allow-Origin", is_of_any ? "*" : std::string(origin));
  if (request.method != http::Method::options) {
    response.headers.add("Access-Control-Expose-Headers", std::string(k_exposed));
    return;
  }
  if (request.headers.get("Access-Control-Request-Method").empty()) return;
  response.headers.add("Access-Control-Allow-Methods", std::string(response.headers.get("Allow")));
  const std::string_view asked = request.headers.get("Access-Control-Request-Headers");
  if (is_name_list(asked)) response.headers.add("Access-Control-Allow-Headers", std::string(asked));
  response.headers.add("Access-Control-Max-Age", "86400");
}

http::Response options_response(const std::string& allow) {
  http::Response response;
  response.status = 204;
  response.headers.add("Allow", allow);
  if (allow.find("PATCH") != std::string::npos)
    response.headers.add("Accept-Patch", std::string(k_accept_patch));
  return response;
}

}  // namespace server::rest
