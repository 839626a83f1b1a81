// https://hl7.org/fhir/smart-app-launch/conformance.html
// https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
#include "src/security/discovery.h"

#include <array>
#include <initializer_list>
#include <string_view>

#include "fhir/formats/json_writer.h"
#include "src/security/json_fields.h"

namespace server::security {
namespace {

using fhir::json::Builder;
using Texts = std::initializer_list<std::string_view>;

void append(Builder& out, std::string_view name, Texts texts) {
  out.key(name).begin_array();
  for (const std::string_view text : texts) out.string(text);
  out.end_array();
}

/// What both documents say.
void append_common(Builder& out, const AuthorizationOptions& options) {
  out.string("issuer", options.base_url).string("jwks_uri", options.endpoint("jwks"));
  out.string("authorization_endpoint", options.endpoint("authorize"));
  out.string("token_endpoint", options.token_endpoint());
  out.string("introspection_endpoint", options.endpoint("introspect"));
  out.string("revocation_endpoint", options.endpoint("revoke"));
  if (options.registration != RegistrationMode::off)
    out.string("registration_endpoint", options.endpoint("register"));
  out.boolean("authorization_response_iss_parameter_supported", true);
  append(out, "grant_types_supported",
         {"authorization_code", "client_credentials", "refresh_token"});
  append(out, "response_types_supported", {"code"});
  append(out, "token_endpoint_auth_methods_supported",
         {"client_secret_basic", "client_secret_post", "private_key_jwt", "none"});
  append(out, "token_endpoint_auth_signing_alg_values_supported", {"RS384", "ES384"});
  append(out, "code_challenge_methods_supported", {"S256"});
  append(out, "scopes_supported",
         {"openid", "fhirUser", "profile", "launch", "launch/patient", "launch/encounter",
          "offline_access", "online_access", "patient/*.cruds", "user/*.cruds", "system/*.cruds",
          "patient/*.rs", "user/*.rs", "system/*.rs"});
}

struct EndpointName {
  std::string_view of_oauth_uris, of_discovery;
};
constexpr std::array<EndpointName, 6> k_endpoints = {{{"authorize", "authorization_endpoint"},
                                                      {"token", "token_endpoint"},
                                                      {"introspect", "introspection_endpoint"},
                                                      {"manage", "management_endpoint"},
                                                      {"register", "registration_endpoint"},
                                                      {"revoke", "revocation_endpoint"}}};

}  // namespace

std::string smart_configuration(const AuthorizationOptions& options) {
  std::string text;
  Builder out(text);
  out.begin_object();
  append_common(out, options);
  out.string("management_endpoint", options.endpoint("manage"));
  append(out, "capabilities",
         {"launch-ehr", "launch-standalone", "authorize-post", "client-public",
          "client-confidential-symmetric", "client-confidential-asymmetric", "sso-openid-connect",
          "context-banner", "context-style", "context-ehr-patient", "context-ehr-encounter",
          "context-standalone-patient", "permission-offline", "permission-online",
          "permission-patient", "permission-user", "permission-v1", "permission-v2"});
  out.end_object();
  return text;
}

std::string openid_configuration(const AuthorizationOptions& options) {
  std::string text;
  Builder out(text);
  out.begin_object();
  append_common(out, options);
  append(out, "subject_types_supported", {"public"});
  append(out, "id_token_signing_alg_values_supported", {"RS256"});
  append(out, "claims_supported",
         {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "fhirUser"});
  out.end_object();
  return text;
}

std::vector<std::pair<std::string, std::string>> oauth_uris(const AuthorizationOptions& options) {
  std::vector<std::pair<std::string, std::string>> uris = {
      {"authorize", options.endpoint("authorize")},
      {"token", options.token_endpoint()},
      {"introspect", options.endpoint("introspect")},
      {"manage", options.endpoint("manage")},
      {"revoke", options.endpoint("revoke")}};
  if (options.registration != RegistrationMode::off)
    uris.emplace_back("register", options.endpoint("register"));
  return uris;
}

std::string outside_smart_configuration(const Issuer& issuer, const fhir::json::Value& discovery) {
  std::string text;
  Builder out(text);
  out.begin_object().string("issuer", issuer.issuer);
  const std::string_view jwks_uri =
      issuer.jwks_uri.empty() ? discovery.string_at("jwks_uri") : std::string_view(issuer.jwks_uri);
  append_some(out, "jwks_uri", jwks_uri);
  for (const EndpointName& name : k_endpoints)
    append_some(out, name.of_discovery, discovery.string_at(name.of_discovery));
  for (const std::string_view name :
       {"grant_types_supported", "response_types_supported", "scopes_supported",
        "code_challenge_methods_supported", "token_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported"}) {
    if (const auto texts = strings_at(discovery, name); !texts.empty())
      append_strings(out, name, texts);
  }
  auto capabilities = issuer.capabilities;
  if (capabilities.empty()) capabilities = strings_at(discovery, "capabilities");
  if (capabilities.empty())
    capabilities = {"sso-openid-connect", "permission-patient", "permission-user", "permission-v1",
                    "permission-v2"};
  append_strings(out, "capabilities", capabilities);
  out.end_object();
  return text;
}

std::vector<std::pair<std::string, std::string>> outside_oauth_uris(
    const fhir::json::Value& discovery) {
  std::vector<std::pair<std::string, std::string>> uris;
  for (const EndpointName& name : k_endpoints) {
    if (const std::string_view url = discovery.string_at(name.of_discovery); !url.empty())
      uris.emplace_back(name.of_oauth_uris, url);
  }
  return uris;
}

}  // namespace server::security
