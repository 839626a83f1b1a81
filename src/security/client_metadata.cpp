#include "src/security/client_metadata.h"

#include <algorithm>
#include <array>

#include "src/security/jose.h"
#include "src/security/json_fields.h"

namespace server::security {
namespace {

using fhir::json::Value;

constexpr std::size_t k_name_bytes_max = 200;
constexpr std::size_t k_redirect_uris_max = 10;
constexpr std::size_t k_depth_max = 20;

struct MethodRow {
  std::string_view method;
  ClientKind kind;
};
constexpr std::array<MethodRow, 4> k_methods = {{{"none", ClientKind::public_},
                                                 {"client_secret_basic", ClientKind::symmetric},
                                                 {"client_secret_post", ClientKind::symmetric},
                                                 {"private_key_jwt", ClientKind::asymmetric}}};

fhir::Unexpected<OAuthError> bad(std::string text) {
  return oauth_error(400, "invalid_client_metadata", std::move(text));
}

bool is_on_own_machine(std::string_view uri) {
  for (std::string_view host : {"http://127.0.0.1", "http://localhost", "http://[::1]"}) {
    if (!uri.starts_with(host)) continue;
    const std::string_view rest = uri.substr(host.size());
    if (rest.empty() || rest.front() == ':' || rest.front() == '/') return true;
  }
  return false;
}

/// Nobody but who holds the name, or the machine, is answered at the address.
bool is_safe_redirect(std::string_view uri) {
  const std::size_t host = uri.find("://") + 3;
  const std::string_view authority = uri.substr(host, uri.find_first_of("/?", host) - host);
  return (uri.starts_with("https://") || is_on_own_machine(uri)) &&
         authority.find('@') == std::string_view::npos;
}

bool is_shown_well(std::string_view name) {
  return name.size() <= k_name_bytes_max && std::all_of(name.begin(), name.end(), [](char c) {
           return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
         });
}

OAuthResult<std::vector<std::string>> texts_of(const Value& json, std::string_view name,
                                               std::vector<std::string> otherwise) {
  const Value* value = json.find(name);
  if (value == nullptr) return otherwise;
  auto texts = strings_at(json, name);
  if (!value->is_array() || texts.size() != value->items().size())
    return bad(std::string(name) + " is to be an array of texts");
  return texts;
}

bool has(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

OAuthResult<void> read_redirects(Client& client, const Value& json, bool has_users) {
  FHIR_TRY(uris, texts_of(json, "redirect_uris", {}));
  const bool is_good =
      uris.size() <= k_redirect_uris_max &&
      std::all_of(uris.begin(), uris.end(), [](const auto& uri) { return is_safe_redirect(uri); });
  if (!is_good || (has_users && uris.empty()))
    return oauth_error(400, "invalid_redirect_uri",
                       "redirect_uris are 1 to 10 addresses of https, or of http on the app's own "
                       "machine");
  client.redirect_uris = std::move(uris);
  return {};
}

OAuthResult<void> read_method(Client& client, const Value& json) {
  std::string_view name = json.string_at("token_endpoint_auth_method");
  if (name.empty()) name = "client_secret_basic";  // "If unspecified or omitted, the default is"
  for (const MethodRow& row : k_methods) {
    if (row.method != name) continue;
    client.kind = row.kind;
    return {};
  }
  return bad("token_endpoint_auth_method is not known here");
}

OAuthResult<void> read_keys(Client& client, const Value& json, RegistrationMode mode) {
  if (client.kind != ClientKind::asymmetric) return {};
  client.jwks_url = json.string_at("jwks_uri");
  if (const Value* keys = json.find("jwks")) client.jwks = fhir::json::to_string(*keys);
  if (client.jwks.empty() == client.jwks_url.empty())
    return bad("private_key_jwt needs jwks or jwks_uri, and not both");
  if (!client.jwks_url.empty() &&
      (mode == RegistrationMode::open || !client.jwks_url.starts_with("https://")))
    return bad(mode == RegistrationMode::open ? "Here keys are registered as jwks, not by jwks_uri"
                                              : "jwks_uri is to be https");
  if (!client.jwks.empty()) {
    if (const auto judged = check_jwks(client.jwks); !judged)
      return bad(judged.error().diagnostics);
  }
  return {};
}

OAuthResult<void> read_grants(Client& client, const Value& json, RegistrationMode mode) {
  FHIR_TRY(grants, texts_of(json, "grant_types", {"authorization_code"}));
  for (const std::string& grant : grants) {
    if (grant != "authorization_code" && grant != "refresh_token" && grant != "client_credentials")
      return bad("A grant type is not known here");
  }
  client.is_backend = has(grants, "client_credentials");
  const bool has_users = has(grants, "authorization_code");
  if (!has_users && !client.is_backend) return bad("No grant type by which to begin");
  if (client.is_backend && (mode == RegistrationMode::open || has_users))
    return bad(has_users ? "A backend service is registered apart from an app with users"
                         : "Backend services do not register themselves here");
  if (client.is_backend && client.kind != ClientKind::asymmetric)
    return bad("A backend service signs with its own key: private_key_jwt");
  FHIR_TRY(types, texts_of(json, "response_types", {"code"}));
  if (has_users && types != std::vector<std::string>{"code"})
    return bad("response_types is to be code");
  return read_redirects(client, json, has_users);
}

OAuthResult<void> read_scopes(Client& client, const Value& json) {
  const std::string_view asked = json.string_at("scope");
  if (asked.empty()) {
    client.scopes = client.is_backend ? "system/*.rs" : k_app_scopes;
    return {};
  }
  auto scopes = parse_scopes(asked);
  std::erase_if(scopes, [&](const Scope& scope) {
    return (scope.context == ScopeContext::system) != client.is_backend;
  });
  if (scopes.empty()) return bad("No scope of these is one for such an app");
  client.scopes = text_of(scopes);
  return {};
}

}  // namespace

OAuthResult<Client> client_of_metadata(std::string_view body, RegistrationMode mode) {
  fhir::json::ReadOptions options;
  options.depth_max = k_depth_max;
  const auto document = fhir::json::Document::read(std::string(body), options);
  if (!document || !document->root().is_object()) return bad("The metadata is no JSON object");
  const Value& json = document->root();
  Client client;
  client.name = json.string_at("client_name");
  if (!is_shown_well(client.name)) return bad("client_name is too long, or cannot be shown");
  FHIR_CHECK(read_method(client, json));
  FHIR_CHECK(read_grants(client, json, mode));
  FHIR_CHECK(read_keys(client, json, mode));
  FHIR_CHECK(read_scopes(client, json));
  // What launches an app shows all that can be launched: nobody puts one there unasked.
  if (mode == RegistrationMode::token) client.launch_url = json.string_at("initiate_login_uri");
  if (!client.launch_url.empty() && !is_safe_redirect(client.launch_url))
    return bad("initiate_login_uri is to be https");
  return client;
}

void append_metadata(fhir::json::Builder& out, const Client& client) {
  out.string("client_name", client.name).string("scope", client.scopes);
  const auto row = std::find_if(k_methods.begin(), k_methods.end(),
                                [&](const MethodRow& one) { return one.kind == client.kind; });
  out.string("token_endpoint_auth_method", row->method);
  const std::vector<std::string> of_backend = {"client_credentials"};
  const std::vector<std::string> of_app = {"authorization_code", "refresh_token"};
  append_strings(out, "grant_types", client.is_backend ? of_backend : of_app);
  if (!client.is_backend) {
    append_strings(out, "redirect_uris", client.redirect_uris);
    append_strings(out, "response_types", std::vector<std::string>{"code"});
  }
  append_some(out, "initiate_login_uri", client.launch_url);
  append_some(out, "jwks_uri", client.jwks_url);
  if (!client.jwks.empty()) out.raw("jwks", client.jwks);
}

}  // namespace server::security
