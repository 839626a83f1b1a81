// https://www.rfc-editor.org/rfc/rfc6749#section-2.3 https://www.rfc-editor.org/rfc/rfc7523
#include "src/security/client_authentication.h"

#include <algorithm>
#include <array>

#include "src/security/jose.h"
#include "src/security/json_fields.h"
#include "src/security/secrets.h"

namespace server::security {
namespace {

constexpr std::array k_algorithms = {Algorithm::rs384, Algorithm::es384};
constexpr std::int64_t k_assertion_seconds_max = 300;
constexpr std::size_t k_jti_bytes_max = 512;

/// Which client it was, or what was wrong in detail, is for nobody to know.
fhir::Unexpected<OAuthError> invalid_client(std::string description) {
  return oauth_error(401, "invalid_client", std::move(description));
}

bool has_prefix_without_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
         });
}

OAuthResult<Client> by_secret(const Environment& environment, std::string_view id,
                              std::string_view secret) {
  OAUTH_TRY(client, Clients(environment).find(id));
  if (!client || !Clients::is_secret(*client, secret))
    return invalid_client("The client's id or secret is wrong");
  return *std::move(client);
}

OAuthResult<Client> by_basic(const Environment& environment, std::string_view credentials) {
  while (credentials.starts_with(' ')) credentials.remove_prefix(1);
  const auto pair = from_base64(credentials);
  const std::size_t colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return invalid_client("The Authorization header is not of Basic");
  return by_secret(environment, std::string_view(*pair).substr(0, colon),
                   std::string_view(*pair).substr(colon + 1));
}

/// The claims before the signature is known to be right: whose it says it is.
std::string issuer_of(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos || token.size() > k_jws_bytes_max) return {};
  const std::size_t second = token.find('.', first + 1);
  const auto payload = from_base64url(token.substr(first + 1, second - first - 1));
  if (!payload) return {};
  const auto claims = fhir::json::Document::read(*payload);
  return claims ? std::string(claims->root().string_at("iss")) : std::string();
}

bool names_audience(const fhir::json::Value& claims, std::string_view audience) {
  if (claims.string_at("aud") == audience) return true;
  const auto several = strings_at(claims, "aud");
  return std::find(several.begin(), several.end(), audience) != several.end();
}

OAuthResult<void> check_claims(const Environment& environment, const Client& client,
                               const fhir::json::Value& claims) {
  if (claims.string_at("iss") != client.id || claims.string_at("sub") != client.id)
    return invalid_client("iss and sub of the assertion are to be the client's id");
  if (!names_audience(claims, environment.options.token_endpoint()))
    return invalid_client("aud of the assertion is to be the token endpoint");
  const std::int64_t now = whole_seconds(environment.now_ms());
  const std::int64_t skew = whole_seconds(environment.options.clock_skew_ms);
  const auto expires = integer_at(claims, "exp");
  // "no more than five minutes in the future"
  if (!expires || *expires <= now - skew || *expires > now + k_assertion_seconds_max + skew)
    return invalid_client("exp of the assertion is to be within the next five minutes");
  for (const char* name : {"nbf", "iat"}) {
    if (claims.find(name) == nullptr) continue;
    const auto time = integer_at(claims, name);
    if (!time || *time > now + skew) return invalid_client("The assertion is not valid yet");
  }
  const std::string_view jti = claims.string_at("jti");
  if (jti.empty() || jti.size() > k_jti_bytes_max)
    return invalid_client("The assertion has no jti");
  OAUTH_TRY(is_new, environment.records.put("jti", token_hash(client.id + " " + std::string(jti)),
                                            "", (*expires + skew + 1) * 1000, 0));
  if (!is_new) return invalid_client("The assertion was used before");
  return {};
}

fhir::Result<Verified> verify_by_keys(const Environment& environment, const Client& client,
                                      std::string_view token) {
  if (client.jwks_url.empty()) return verify(token, k_algorithms, client.jwks);
  if (environment.keys == nullptr)
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::not_supported, "Keys by URL are not fetched here"));
  const bool public_only = client.is_self_registered();
  FHIR_TRY(known, environment.keys->jwks(client.jwks_url, false, public_only));
  auto verified = verify(token, k_algorithms, known);
  if (verified) return verified;
  // "If the kid is not found, the server fetches the keys again": they may have been rotated.
  FHIR_TRY(fresh, environment.keys->jwks(client.jwks_url, true, public_only));
  return fresh == known ? verified : verify(token, k_algorithms, fresh);
}

OAuthResult<Client> by_assertion(const Environment& environment, std::string_view token) {
  const std::string id = issuer_of(token);
  OAUTH_TRY(client, Clients(environment).find(id));
  if (id.empty() || !client || client->kind != ClientKind::asymmetric)
    return invalid_client("The assertion is of no client that signs");
  const auto verified = verify_by_keys(environment, *client, token);
  if (!verified) return invalid_client(verified.error().diagnostics);
  const auto claims = fhir::json::Document::read(verified->payload);
  if (!claims || !claims->root().is_object())
    return invalid_client("The assertion holds no claims");
  FHIR_CHECK(check_claims(environment, *client, claims->root()));
  return *std::move(client);
}

}  // namespace

OAuthResult<Client> authenticate_client(const Environment& environment, const Form& form,
                                        std::string_view authorization) {
  const std::string_view id = form.get("client_id");
  const std::string_view secret = form.get("client_secret");
  const std::string_view assertion = form.get("client_assertion");
  const std::string_view type = form.get("client_assertion_type");
  const bool has_basic = has_prefix_without_case(authorization, "basic ");
  // "The client MUST NOT use more than one authentication method in each request."
  if ((has_basic ? 1 : 0) + (secret.empty() ? 0 : 1) + (assertion.empty() ? 0 : 1) > 1)
    return oauth_error(400, "invalid_request", "The client is told in more than one way");
  auto matches_id = [&](OAuthResult<Client> client) -> OAuthResult<Client> {
    if (client && !id.empty() && client->id != id)
      return invalid_client("client_id is another client's");
    return client;
  };
  if (has_basic) return matches_id(by_basic(environment, authorization.substr(6)));
  if (!authorization.empty()) return invalid_client("The Authorization header is not of Basic");
  if (!assertion.empty() || !type.empty()) {
    if (type != k_jwt_bearer)
      return oauth_error(400, "invalid_request", "client_assertion_type is not known here");
    return matches_id(by_assertion(environment, assertion));
  }
  if (id.empty()) return invalid_client("The request tells no client");
  if (!secret.empty()) return by_secret(environment, id, secret);
  OAUTH_TRY(client, Clients(environment).find(id));
  if (!client || client->kind != ClientKind::public_)
    return invalid_client("The client is not known, or has to prove who it is");
  return *std::move(client);
}

}  // namespace server::security
