// https://hl7.org/fhir/smart-app-launch/ https://www.rfc-editor.org/rfc/rfc6749
#include "src/web/auth_site.h"

#include <array>
#include <optional>
#include <utility>

#include "fhir/formats/json_writer.h"
#include "src/http/rate_limited.h"
#include "src/rest/cors.h"
#include "src/search/percent.h"
#include "src/security/discovery.h"
#include "src/security/registration.h"
#include "src/security/signing_keys.h"
#include "src/security/token_endpoint.h"
#include "src/web/html.h"
#include "src/web/visit.h"

namespace server::web {
namespace {

using http::Method;
using security::OAuthError;
using security::OAuthResult;

constexpr std::string_view k_register = "auth/register";
constexpr std::string_view k_device_cookie = "medisync_device";
constexpr std::string_view k_cookie = "medisync_session";
constexpr std::string_view k_form = "application/x-www-form-urlencoded";
constexpr std::size_t k_form_bytes_max = 64 * 1024;
constexpr unsigned k_requests_between_purges = 200;
constexpr std::uint32_t k_purged_max = 1'000;

struct PageRow {
  std::string_view name;
  bool takes_get, takes_post;
  PageAnswer (*handle)(Visit& visit);
  bool needs_session = true;
};
constexpr std::array<PageRow, 11> k_pages = {{
    {"auth/authorize", true, true, authorize_page, false},
    {"auth/continue", true, true, continue_page},
    {"auth/login", true, true, login_page},
    {"auth/second-factor", false, true, second_factor_page},
    {"auth/patient", false, true, patient_page},
    {"auth/consent", false, true, consent_page},
    {"auth/emergency", false, true, emergency_page},
    {"auth/launch", true, true, launch_page},
    {"auth/manage", true, true, manage_page},
    {"auth/account", true, true, account_page},
    {"auth/logout", false, true, logout_page},
}};

using Endpoint = OAuthResult<std::string> (security::TokenEndpoint::*)(const security::Form&,
                                                                       std::string_view);
struct EndpointRow {
  std::string_view name;
  Endpoint answer;
};
constexpr std::array<EndpointRow, 3> k_endpoints = {{
    {"auth/token", &security::TokenEndpoint::token},
    {"auth/introspect", &security::TokenEndpoint::introspect},
    {"auth/revoke", &security::TokenEndpoint::revoke},
}};

http::Response json(unsigned status, std::string body, bool is_secret) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("X-Content-Type-Options", "nosniff");
  // "the response … MUST include Cache-Control: no-store and Pragma: no-cache"
  response.headers.add("Cache-Control", is_secret ? "no-store" : "public, max-age=300");
  if (is_secret) response.headers.add("Pragma", "no-cache");
  response.body = std::move(body);
  return response;
}

http::Response error_response(const OAuthError& error, std::string_view scheme = "Basic") {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("error", error.error);
  out.string("error_description", error.description).end_object();
  http::Response response = json(error.status, std::move(text), true);
  if (error.status == 401)
    response.headers.add("WWW-Authenticate", std::string(scheme) + " realm=\"MediSync\"");
  if (error.status == 503) response.headers.add("Retry-After", "1");
  if (error.status == 429) response.headers.add("Retry-After", "3600");
  return response;
}

/// The smallest style there is: an app may take its colours from here.
/// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#styling
constexpr std::string_view k_smart_style =
    R"({"color_background":"#ffffff","color_error":"#a4161a","color_highlight":"#0b5394",)"
    R"("color_modal_backdrop":"","color_success":"#2b6a2f","color_text":"#1a1a1a",)"
    R"("dim_border_radius":"5px","dim_font_size":"16px","dim_spacing_size":"20px",)"
    R"("font_family_body":"system-ui, sans-serif","font_family_heading":"system-ui, sans-serif"})";

fhir::Result<security::Form> form_of(const http::Request& request) {
  std::string_view text;
  if (request.method == Method::post) {
    std::string_view type = request.headers.get("Content-Type");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    if (!request.body.empty() && type != k_form)
      return fhir::unexpected(
          fhir::make_issue(fhir::IssueType::invalid, "The body is to be " + std::string(k_form)));
    text = request.body;
  } else if (const std::size_t mark = request.target.find('?'); mark != std::string::npos) {
    text = std::string_view(request.target).substr(mark + 1);
  }
  if (text.size() > k_form_bytes_max)
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::too_long, "The form is too long"));
  FHIR_TRY(pairs, search::split_query(text));
  return security::Form(std::move(pairs));
}

std::string_view cookie_of(const http::Request& request, std::string_view name) {
  std::string_view rest = request.headers.get("Cookie");
  while (!rest.empty()) {
    std::string_view one = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.starts_with(name) && one.substr(name.size()).starts_with('='))
      return one.substr(name.size() + 1);
  }
  return {};
}

/// Sent back to our pages alone, by no script, and not with another site's forms.
std::string set_cookie(std::string_view name, std::string_view value, const std::string& base_url,
                       std::int64_t lasts_ms = 0) {
  const std::size_t host = base_url.find("://") + 3;
  const std::size_t slash = base_url.find('/', host);
  const std::string path = slash == std::string::npos ? "" : base_url.substr(slash);
  std::string out(name);
  out.append("=").append(value).append("; Path=").append(path).append("/auth; HttpOnly");
  out += "; SameSite=Lax";
  if (lasts_ms > 0) out += "; Max-Age=" + std::to_string(lasts_ms / 1000);
  if (base_url.starts_with("https:")) out += "; Secure";
  return out;
}

http::Response not_found() {
  return message_page(404, "Nothing here", "Nothing is served under this address.");
}

http::Response wrong_method(std::string allow) {
  http::Response response = message_page(405, "Not so", "This address is not used in this way.");
  response.headers.add("Allow", std::move(allow));
  return response;
}

std::string allowed(const PageRow& row) {
  std::string allow;
  if (row.takes_get) allow = "GET, HEAD";
  if (row.takes_post) allow += allow.empty() ? "POST" : ", POST";
  return allow + ", OPTIONS";
}

}  // namespace

bool AuthSite::is_ours(std::string_view target) const {
  if (!target.starts_with(options_.base_path)) return false;
  target.remove_prefix(options_.base_path.size());
  return target.starts_with("/auth/") || target.starts_with("/.well-known/");
}

http::Placement AuthSite::placement(const http::Request& request) const {
  return is_ours(request.target) ? http::Placement::worker : api_.placement(request);
}

http::Response AuthSite::handle(http::Request& request) {
  if (!is_ours(request.target)) return api_.handle(request);
  const std::string_view target = request.target;
  const std::string_view path =
      target.substr(0, target.find('?')).substr(options_.base_path.size() + 1);
  http::Response response = answer(request, path);
  response.label = "auth";
  rest::add_cors(options_, request, response);
  response.headers.add("X-Request-Id", request.id);
  return response;
}

void AuthSite::purge_now_and_then() {
  if (requests_.fetch_add(1, std::memory_order_relaxed) % k_requests_between_purges != 0) return;
  (void)environment_.records.purge(k_purged_max);
  (void)security::SigningKeys(environment_).rotate_when_due();
}

http::Response AuthSite::page_of(const http::Request& request, std::size_t row) {
  const PageRow& wanted = k_pages[row];
  const bool is_get = request.method == Method::get || request.method == Method::head;
  const bool is_post = request.method == Method::post;
  if (request.method == Method::options) return rest::options_response(allowed(wanted));
  if (!(is_get && wanted.takes_get) && !(is_post && wanted.takes_post))
    return wrong_method(allowed(wanted));
  const auto problem = [](const fhir::Issue& issue) {
    if (issue.type == fhir::IssueType::invalid || issue.type == fhir::IssueType::too_long ||
        issue.type == fhir::IssueType::too_costly)
      return message_page(400, "This request cannot be read", issue.diagnostics);
    return message_page(503, "Please try again",
                        "The server cannot answer now. Try again in a moment.");
  };
  auto form = form_of(request);
  if (!form) return problem(form.error());
  const std::string_view cookie = cookie_of(request, k_cookie);
  Visit visit{environment_, patients_, emergencies_, request, *std::move(form), {}, {}, {}};
  visit.address = http::counted_client(request, proxies_);
  visit.device = security::Device::of_cookie(environment_, cookie_of(request, k_device_cookie));
  if (wanted.needs_session) {
    security::Sessions sessions(environment_);
    auto known = sessions.find(cookie);
    if (!known) return problem(known.error());
    visit.session = *known ? **std::move(known) : sessions.start();
  }
  auto answer = wanted.handle(visit);
  http::Response response = answer ? *std::move(answer) : problem(answer.error());
  if (wanted.needs_session && visit.session.cookie != cookie)  // not secret: the browser's own
    response.headers.add("Set-Cookie",
                         set_cookie(k_cookie, visit.session.cookie, environment_.options.base_url));
  if (visit.is_device_new)
    response.headers.add("Set-Cookie",
                         set_cookie(k_device_cookie, visit.device.cookie(environment_),
                                    environment_.options.base_url, environment_.options.device_ms));
  return response;
}

/// https://www.rfc-editor.org/rfc/rfc7591#section-3
/// https://www.rfc-editor.org/rfc/rfc7592#section-2
http::Response AuthSite::registration(const http::Request& request, std::string_view id) {
  const std::string_view allow = id.empty() ? "POST, OPTIONS" : "GET, PUT, DELETE, OPTIONS";
  if (environment_.options.registration == security::RegistrationMode::off) return not_found();
  if (request.method == Method::options) return rest::options_response(std::string(allow));
  if (request.body.size() > k_form_bytes_max)
    return error_response({413, "invalid_client_metadata", "The metadata is too long"});
  security::Registration registration(environment_);
  const std::string_view token = request.headers.get("Authorization");
  const auto answered = [](unsigned status, OAuthResult<std::string> answer) {
    return answer ? json(status, *std::move(answer), true)
                  : error_response(answer.error(), "Bearer");
  };
  if (id.empty() && request.method == Method::post)
    return answered(201,
                    registration.add(request.body, token, http::counted_client(request, proxies_)));
  if (!id.empty() && request.method == Method::get)
    return answered(200, registration.read(id, token));
  if (!id.empty() && request.method == Method::put)
    return answered(200, registration.update(id, request.body, token));
  if (id.empty() || request.method != Method::delete_) return wrong_method(std::string(allow));
  const auto done = registration.remove(id, token);
  return done ? json(204, {}, true) : error_response(done.error(), "Bearer");
}

http::Response AuthSite::answer(const http::Request& request, std::string_view path) {
  for (std::size_t row = 0; row < k_pages.size(); ++row) {
    if (k_pages[row].name != path) continue;
    purge_now_and_then();
    return page_of(request, row);
  }
  for (const EndpointRow& row : k_endpoints) {
    if (row.name != path) continue;
    if (request.method == Method::options) return rest::options_response("POST, OPTIONS");
    if (request.method != Method::post) return wrong_method("POST, OPTIONS");
    purge_now_and_then();
    const auto form = form_of(request);
    if (!form) return error_response({400, "invalid_request", form.error().diagnostics});
    security::TokenEndpoint endpoint(environment_);
    auto answer = (endpoint.*row.answer)(*form, request.headers.get("Authorization"));
    return answer ? json(200, *std::move(answer), true) : error_response(answer.error());
  }
  if (path == k_register || path.starts_with("auth/register/")) {
    purge_now_and_then();
    return registration(request, path.substr(std::min(path.size(), k_register.size() + 1)));
  }
  if (request.method == Method::options) return rest::options_response("GET, HEAD, OPTIONS");
  if (request.method != Method::get && request.method != Method::head)
    return wrong_method("GET, HEAD, OPTIONS");
  if (path == ".well-known/smart-configuration")
    return json(200, security::smart_configuration(environment_.options), false);
  if (path == ".well-known/openid-configuration")
    return json(200, security::openid_configuration(environment_.options), false);
  if (path == "auth/style.json") return json(200, std::string(k_smart_style), false);
  if (path == "auth/jwks") {
    auto keys = security::SigningKeys(environment_).jwks();
    return keys ? json(200, *std::move(keys), false)
                : error_response(security::server_error(keys.error()));
  }
  if (path == "auth/style.css") {
    http::Response response;
    response.headers.add("Content-Type", "text/css; charset=utf-8");
    response.headers.add("Cache-Control", "public, max-age=3600");
    response.headers.add("X-Content-Type-Options", "nosniff");
    response.body = style();
    return response;
  }
  return not_found();
}

}  // namespace server::web
