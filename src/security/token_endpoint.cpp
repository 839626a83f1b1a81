// https://www.rfc-editor.org/rfc/rfc6749#section-5
// https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#launch-context-arrives-with-your-access_token
#include "src/security/token_endpoint.h"

#include <algorithm>

#include "src/security/client_authentication.h"
#include "src/security/codes.h"
#include "src/security/grants.h"
#include "src/security/json_fields.h"
#include "src/security/signing_keys.h"
#include "src/security/users.h"

namespace server::security {
namespace {

using fhir::json::Builder;

constexpr std::int64_t k_id_token_ms = 300'000;

std::string fhir_user_url(const Environment& environment, const Grant& grant) {
  return environment.options.base_url + "/" + grant.fhir_user;
}

/// https://openid.net/specs/openid-connect-core-1_0.html#IDToken
fhir::Result<std::string> id_token(const Environment& environment, const Grant& grant) {
  const std::int64_t now = environment.now_ms();
  std::string claims;
  Builder out(claims);
  out.begin_object().string("iss", environment.options.base_url).string("sub", grant.subject);
  out.string("aud", grant.client_id).number("iat", whole_seconds(now));
  out.number("exp", whole_seconds(now + k_id_token_ms));
  out.number("auth_time", whole_seconds(grant.authenticated_at));
  append_some(out, "nonce", grant.nonce);
  const auto scopes = parse_scopes(grant.scopes);
  if (contains(scopes, "fhirUser") || contains(scopes, "profile")) {
    if (!grant.fhir_user.empty()) out.string("fhirUser", fhir_user_url(environment, grant));
  }
  out.end_object();
  return SigningKeys(environment).sign(claims);
}

void append_context(Builder& out, const Grant& grant) {
  append_some(out, "patient", grant.patient);
  append_some(out, "encounter", grant.encounter);
  if (!grant.fhir_context.empty()) out.raw("fhirContext", grant.fhir_context);
}

OAuthResult<std::string> answer(const Environment& environment, const Grant& grant,
                                std::string_view scopes, bool refreshes) {
  OAUTH_TRY(tokens, Grants(environment).issue(grant, scopes, refreshes));
  std::string text;
  Builder out(text);
  out.begin_object().string("access_token", tokens.access).string("token_type", "Bearer");
  out.number("expires_in", tokens.access_seconds).string("scope", scopes);
  append_some(out, "refresh_token", tokens.refresh);
  append_context(out, grant);
  append_some(out, "intent", grant.intent);
  if (!grant.user.empty()) {
    // In the EHR's frame the user sees the patient already; elsewhere nobody else shows it.
    out.boolean("need_patient_banner", !grant.from_ehr);
    out.string("smart_style_url", environment.options.endpoint("style.json"));
  }
  if (contains(parse_scopes(grant.scopes), "openid")) {
    OAUTH_TRY(signed_token, id_token(environment, grant));
    out.string("id_token", signed_token);
  }
  out.end_object();
  return text;
}

bool may_refresh(const Grant& grant) {
  const auto scopes = parse_scopes(grant.scopes);
  return contains(scopes, "offline_access") || contains(scopes, "online_access");
}

/// A user who was disabled or removed, or got another password, has granted nothing any more: what
/// ends with that is ended there, and looked for here lest it was done half.
OAuthResult<void> check_user(const Environment& environment, const Grant& grant) {
  if (grant.user.empty() || grant.authenticated_at == 0) return {};
  OAUTH_TRY(user, Users(environment).find(grant.user));
  if (user && !user->is_disabled && user->subject == grant.subject &&
      user->password_set_at <= grant.authenticated_at)
    return {};
  OAUTH_CHECK(Grants(environment).revoke(grant.id));
  return oauth_error(400, "invalid_grant", "The grant was revoked");
}

/// "The requested scope MUST NOT include any scope not originally granted".
OAuthResult<std::string> narrower(std::string_view asked, std::string_view granted) {
  if (asked.empty()) return std::string(granted);
  const auto wanted = parse_scopes(asked);
  const auto held = within(wanted, parse_scopes(granted));
  const std::size_t spaces = static_cast<std::size_t>(std::count(asked.begin(), asked.end(), ' '));
  if (held.size() != wanted.size() || held.empty() || spaces + 1 > wanted.size())
    return oauth_error(400, "invalid_scope", "A scope was not granted before");
  return text_of(held);
}

/// Who refreshes. A public client need not say so: RFC 6749, 6, asks for the token alone, which "is
/// bound to the client to which it was issued"; all others "MUST authenticate".
OAuthResult<Client> refreshing_client(const Environment& environment, const Form& form,
                                      std::string_view authorization) {
  bool is_silent = authorization.empty();
  for (std::string_view name :
       {"client_id", "client_secret", "client_assertion", "client_assertion_type"})
    is_silent = is_silent && form.get(name).empty();
  if (is_silent) {
    OAUTH_TRY(id, Grants(environment).client_of_refresh(form.get("refresh_token")));
    if (id.empty()) return oauth_error(400, "invalid_grant", "The refresh token is not good");
    OAUTH_TRY(client, Clients(environment).find(id));
    if (client && client->kind == ClientKind::public_) return *std::move(client);
  }
  return authenticate_client(environment, form, authorization);
}

}  // namespace

OAuthResult<std::string> TokenEndpoint::token(const Form& form, std::string_view authorization) {
  for (std::string_view name :
       {"grant_type", "code", "redirect_uri", "client_id", "code_verifier", "refresh_token",
        "scope", "client_assertion", "client_assertion_type", "client_secret"}) {
    if (form.has_twice(name))
      return oauth_error(400, "invalid_request", "A parameter is given twice");
  }
  const std::string_view type = form.get("grant_type");
  if (type == "authorization_code") return by_code(form, authorization);
  if (type == "refresh_token") return by_refresh(form, authorization);
  if (type == "client_credentials") return by_client(form, authorization);
  if (type.empty()) return oauth_error(400, "invalid_request", "grant_type is missing");
  return oauth_error(400, "unsupported_grant_type", "The grant_type is not known here");
}

OAuthResult<std::string> TokenEndpoint::by_code(const Form& form, std::string_view authorization) {
  FHIR_TRY(client, authenticate_client(environment_, form, authorization));
  FHIR_TRY(id, Codes(environment_)
                   .use(form.get("code"), client.id, form.get("redirect_uri"),
                        form.get("code_verifier")));
  OAUTH_TRY(grant, Grants(environment_).find(id));
  if (!grant) return oauth_error(400, "invalid_grant", "The grant was revoked");
  FHIR_CHECK(check_user(environment_, *grant));
  OAUTH_CHECK(Clients(environment_).mark_used(client));
  return answer(environment_, *grant, grant->scopes, may_refresh(*grant));
}

OAuthResult<std::string> TokenEndpoint::by_refresh(const Form& form,
                                                   std::string_view authorization) {
  FHIR_TRY(client, refreshing_client(environment_, form, authorization));
  const std::string_view token = form.get("refresh_token");
  OAUTH_TRY(known, Grants(environment_).refresh(token));
  std::string scopes;
  if (known && known->grant.client_id == client.id) {
    FHIR_TRY(narrowed, narrower(form.get("scope"), known->grant.scopes));
    scopes = narrowed;
  }
  FHIR_TRY(grant, Grants(environment_).use_refresh(token, client.id));
  FHIR_CHECK(check_user(environment_, grant));
  return answer(environment_, grant, scopes, true);
}

OAuthResult<std::string> TokenEndpoint::by_client(const Form& form,
                                                  std::string_view authorization) {
  // "the client SHALL authenticate … by an assertion": before it is known whose it is.
  if (form.get("client_assertion_type") != k_jwt_bearer)
    return oauth_error(400, "invalid_request", "client_assertion_type is to be jwt-bearer");
  FHIR_TRY(client, authenticate_client(environment_, form, authorization));
  if (!client.is_backend)
    return oauth_error(400, "unauthorized_client", "The client is no backend service");
  // RFC 6749, 3.3: without the parameter "a pre-defined default value", which is what is
  // registered.
  auto scopes = form.get("scope").empty()
                    ? client.allowed()
                    : within(parse_scopes(form.get("scope")), client.allowed());
  std::erase_if(scopes, [&](const Scope& scope) {
    return scope.context != ScopeContext::system ||
           (environment_.supports && !environment_.supports(scope));
  });
  if (scopes.empty()) return oauth_error(400, "invalid_scope", "No scope of these can be granted");
  Grant grant;
  grant.client_id = client.id;
  grant.client_name = client.name;
  grant.subject = client.id;
  grant.role = client.role;
  grant.scopes = text_of(scopes);
  grant.expires_at = environment_.now_ms() + environment_.options.backend_access_ms;
  OAUTH_TRY(kept, Grants(environment_).add(std::move(grant)));
  OAUTH_CHECK(Clients(environment_).mark_used(client));
  return answer(environment_, kept, kept.scopes, false);
}

OAuthResult<std::string> TokenEndpoint::introspect(const Form& form,
                                                   std::string_view authorization) {
  const Grants grants(environment_);
  if (authorization.starts_with("Bearer ")) {
    OAUTH_TRY(asking, grants.access(authorization.substr(7)));
    if (!asking) return oauth_error(401, "invalid_token", "The token is not good, or no longer");
  } else if (!authorization.empty() || !form.get("client_assertion").empty() ||
             !form.get("client_secret").empty() || !environment_.options.open_introspection) {
    // "the endpoint MUST also require some form of authorization": an id alone is none.
    FHIR_TRY(client, authenticate_client(environment_, form, authorization));
    if (client.kind == ClientKind::public_ && !environment_.options.open_introspection)
      return oauth_error(401, "invalid_client", "The client has to prove who it is");
  }
  const std::string_view token = form.get("token");
  if (token.empty()) return oauth_error(400, "invalid_request", "token is missing");
  OAUTH_TRY(active, grants.access(token));
  const bool is_access = active.has_value();
  if (!active) {
    OAUTH_TRY(refresh, grants.refresh(token));
    active = std::move(refresh);
  }
  if (!active) return std::string(R"({"active":false})");
  const Grant& grant = active->grant;
  std::string text;
  Builder out(text);
  out.begin_object().boolean("active", true).string("client_id", grant.client_id);
  out.string("scope", active->scopes).number("exp", whole_seconds(active->expires_at));
  out.number("iat", whole_seconds(active->issued_at));
  out.string("iss", environment_.options.base_url).string("sub", grant.subject);
  if (is_access) out.string("token_type", "Bearer");
  append_context(out, grant);
  if (!grant.fhir_user.empty() && contains(parse_scopes(grant.scopes), "fhirUser"))
    out.string("fhirUser", fhir_user_url(environment_, grant));
  out.end_object();
  return text;
}

OAuthResult<std::string> TokenEndpoint::revoke(const Form& form, std::string_view authorization) {
  FHIR_TRY(client, authenticate_client(environment_, form, authorization));
  if (form.get("token").empty()) return oauth_error(400, "invalid_request", "token is missing");
  OAUTH_CHECK(Grants(environment_).revoke_token(form.get("token"), client.id));
  return std::string();
}

}  // namespace server::security
