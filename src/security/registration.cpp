#include "src/security/registration.h"

#include <algorithm>

#include "src/security/client_metadata.h"
#include "src/security/clients.h"
#include "src/security/grants.h"
#include "src/security/json_fields.h"
#include "src/security/secrets.h"

namespace server::security {
namespace {

constexpr std::string_view k_token = "registration";
constexpr std::string_view k_bearer = "Bearer ";
constexpr std::size_t k_token_bytes_max = 200;
constexpr std::size_t k_used_max = 10'000;  // that registered themselves
constexpr std::size_t k_unused_max = 1'000;
constexpr std::size_t k_unused_of_one_max = 20;  // from one address
constexpr std::int64_t k_let_be_ms = 3'600'000;  // before one that was never used makes room

/// Which of client and token was wrong is for nobody to know.
fhir::Unexpected<OAuthError> bad_token() {
  return oauth_error(401, "invalid_token", "The token is not one for this registration");
}

/// Empty when there is none.
std::string_view token_of(std::string_view authorization) {
  if (!authorization.starts_with(k_bearer)) return {};
  authorization.remove_prefix(k_bearer.size());
  return authorization.size() > k_token_bytes_max ? std::string_view() : authorization;
}

/// Those that were never used do not keep others out: one address has few of them, and the oldest
/// makes room once nobody can still be about to use it.
OAuthResult<void> make_room(const Environment& environment, std::string_view address) {
  Clients clients(environment);
  OAUTH_TRY(all, clients.all());
  std::size_t registered = 0, unused = 0, own = 0;
  const Client* oldest = nullptr;
  for (const Client& client : all) {
    if (!client.is_self_registered()) continue;
    ++registered;
    if (!client.is_unused()) continue;
    ++unused;
    if (!address.empty() && client.registered_from == address) ++own;
    if (oldest == nullptr || client.registered_at < oldest->registered_at) oldest = &client;
  }
  if (own >= k_unused_of_one_max)
    return oauth_error(429, "temporarily_unavailable",
                       "Too many apps were registered from this address and never used");
  if (registered - unused >= k_used_max)
    return oauth_error(503, "temporarily_unavailable", "No more apps can register now");
  if (unused < k_unused_max) return {};
  if (oldest->registered_at + k_let_be_ms > environment.now_ms())
    return oauth_error(503, "temporarily_unavailable", "No more apps can register now");
  OAUTH_CHECK(clients.remove(oldest->id));
  return {};
}

/// https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
std::string response(const Environment& environment, const Client& client, std::string_view secret,
                     std::string_view token) {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("client_id", client.id);
  out.number("client_id_issued_at", whole_seconds(client.registered_at));
  if (!secret.empty()) out.string("client_secret", secret);
  if (client.kind == ClientKind::symmetric) out.number("client_secret_expires_at", 0);
  out.string("registration_access_token", token);
  out.string("registration_client_uri", environment.options.endpoint("register/" + client.id));
  append_metadata(out, client);
  out.end_object();
  return text;
}

OAuthResult<Client> own_client(const Environment& environment, std::string_view id,
                               std::string_view authorization) {
  const std::string_view token = token_of(authorization);
  if (token.empty() || environment.options.registration == RegistrationMode::off)
    return bad_token();
  OAUTH_TRY(client, Clients(environment).find(id));
  if (!client || !client->is_self_registered() ||
      !equal_in_constant_time(token_hash(token), client->registration_hash))
    return bad_token();
  return *std::move(client);
}

/// "MUST NOT include … registration_access_token, registration_client_uri, …": what a client may
/// not set, and whose id it has to repeat.
OAuthResult<void> check_update(const Client& client, std::string_view body) {
  const auto document = fhir::json::Document::read(std::string(body));
  if (!document) return oauth_error(400, "invalid_client_metadata", "The metadata is no JSON");
  const fhir::json::Value& json = document->root();
  for (const std::string_view name : {"registration_access_token", "registration_client_uri",
                                      "client_secret_expires_at", "client_id_issued_at"}) {
    if (json.find(name) != nullptr)
      return oauth_error(400, "invalid_request", std::string(name) + " is not to be sent");
  }
  if (json.string_at("client_id") != client.id)
    return oauth_error(400, "invalid_request", "client_id is to be the client's");
  if (json.find("client_secret") != nullptr &&
      !Clients::is_secret(client, json.string_at("client_secret")))
    return oauth_error(400, "invalid_request", "client_secret is not the client's to choose");
  return {};
}

OAuthResult<std::string> kept(fhir::Result<std::string> added) {
  if (added) return *std::move(added);
  if (added.error().type == fhir::IssueType::invalid)
    return oauth_error(400, "invalid_client_metadata", added.error().diagnostics);
  return fhir::unexpected(server_error(added.error()));
}

}  // namespace

fhir::Result<std::string> new_registration_token(const Environment& environment,
                                                 std::int64_t lifetime_ms) {
  std::string token = random_token();
  FHIR_TRY(done, environment.records.put(k_token, token_hash(token), "",
                                         environment.now_ms() + lifetime_ms, 0));
  static_cast<void>(done);
  return token;
}

OAuthResult<std::string> Registration::add(std::string_view body, std::string_view authorization,
                                           std::string_view address) {
  const RegistrationMode mode = environment_.options.registration;
  if (mode == RegistrationMode::off)
    return oauth_error(403, "access_denied", "Apps do not register themselves here");
  const std::string_view token = token_of(authorization);
  if (mode == RegistrationMode::token) {
    OAUTH_TRY(known, environment_.records.get(k_token, token_hash(token)));
    if (!known) return bad_token();
  }
  FHIR_TRY(client, client_of_metadata(body, mode));
  const bool is_open = mode == RegistrationMode::open;
  FHIR_CHECK(make_room(environment_, is_open ? address : std::string_view()));
  if (mode == RegistrationMode::token) {
    OAUTH_TRY(known, environment_.records.take(k_token, token_hash(token)));
    if (!known) return bad_token();
  }
  const std::string own_token = random_token();
  client.id = random_token().substr(0, 22);
  client.registered_at = environment_.now_ms();
  client.registered_from = address;
  // Who was given a token for it may take the time to use it.
  if (is_open) client.expires_at = client.registered_at + environment_.options.unused_ms;
  client.registration_hash = token_hash(own_token);
  if (client.name.empty()) client.name = "An app without a name";
  FHIR_TRY(secret, kept(Clients(environment_).add(client)));
  return response(environment_, client, secret, own_token);
}

OAuthResult<std::string> Registration::read(std::string_view id, std::string_view authorization) {
  FHIR_TRY(client, own_client(environment_, id, authorization));
  return response(environment_, client, {}, token_of(authorization));
}

OAuthResult<std::string> Registration::update(std::string_view id, std::string_view body,
                                              std::string_view authorization) {
  FHIR_TRY(before, own_client(environment_, id, authorization));
  FHIR_CHECK(check_update(before, body));
  // Whether a backend service may register was judged when it did.
  const bool may_be_backend = before.is_backend;
  FHIR_TRY(client, client_of_metadata(body, may_be_backend ? RegistrationMode::token
                                                           : environment_.options.registration));
  client.id = before.id;
  client.registered_at = before.registered_at;
  client.registered_from = before.registered_from;
  client.registration_hash = before.registration_hash;
  if (client.name.empty()) client.name = before.name;
  if (client.kind == before.kind) client.secret_hash = before.secret_hash;
  FHIR_TRY(secret, kept(Clients(environment_).replace(client)));
  const bool is_another = client.kind != before.kind || client.scopes != before.scopes ||
                          client.redirect_uris != before.redirect_uris ||
                          client.is_backend != before.is_backend;
  if (is_another) OAUTH_CHECK(Grants(environment_).revoke_all_of(client.id));
  return response(environment_, client, secret, token_of(authorization));
}

OAuthResult<void> Registration::remove(std::string_view id, std::string_view authorization) {
  FHIR_TRY(client, own_client(environment_, id, authorization));
  OAUTH_CHECK(Clients(environment_).remove(client.id));
  OAUTH_CHECK(Grants(environment_).revoke_all_of(client.id));
  return {};
}

}  // namespace server::security
