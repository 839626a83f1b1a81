#include "src/security/clients.h"

#include <algorithm>
#include <array>

#include "src/security/grants.h"
#include "src/security/jose.h"
#include "src/security/json_fields.h"
#include "src/security/password.h"
#include "src/security/roles.h"
#include "src/security/secrets.h"

namespace server::security {
namespace {

using fhir::IssueType;
using fhir::json::Builder;

constexpr std::string_view k_kind = "client";
constexpr std::array<std::string_view, 3> k_names = {"public", "symmetric", "asymmetric"};
constexpr std::size_t k_id_bytes_max = 128;
constexpr std::size_t k_uri_bytes_max = 2048;
constexpr std::size_t k_uris_max = 50;
constexpr std::size_t k_secret_bytes_min = 16;
constexpr std::string_view k_made = "sha256:";  // a random secret needs no slow hash
constexpr std::uint32_t k_page = 200;

fhir::Unexpected<fhir::Issue> refuse(std::string text) {
  return fhir::unexpected(fhir::make_issue(IssueType::invalid, std::move(text)));
}

std::string text_of(const Client& client) {
  std::string text;
  Builder out(text);
  out.begin_object().string("name", client.name).string("kind", name_of(client.kind));
  append_some(out, "secret", client.secret_hash);
  append_some(out, "jwks", client.jwks);
  append_some(out, "jwksUrl", client.jwks_url);
  append_strings(out, "redirectUris", client.redirect_uris);
  append_some(out, "launchUrl", client.launch_url);
  append_some(out, "role", client.role);
  out.string("scopes", client.scopes).boolean("backend", client.is_backend);
  if (client.is_disabled) out.boolean("disabled", true);
  append_some(out, "registration", client.registration_hash);
  if (client.registered_at != 0) out.number("registeredAt", client.registered_at);
  append_some(out, "registeredFrom", client.registered_from);
  out.end_object();
  return text;
}

fhir::Result<Client> client_of(std::string_view id, const Record& record) {
  FHIR_TRY(document, fhir::json::Document::read(record.value));
  const fhir::json::Value& json = document.root();
  Client client;
  client.id = id;
  client.name = json.string_at("name");
  client.kind = client_kind(json.string_at("kind")).value_or(ClientKind::public_);
  client.secret_hash = json.string_at("secret");
  client.jwks = json.string_at("jwks");
  client.jwks_url = json.string_at("jwksUrl");
  client.redirect_uris = strings_at(json, "redirectUris");
  client.launch_url = json.string_at("launchUrl");
  client.scopes = json.string_at("scopes");
  client.is_backend = is_true_at(json, "backend");
  client.is_disabled = is_true_at(json, "disabled");
  client.registration_hash = json.string_at("registration");
  client.registered_at = integer_at(json, "registeredAt").value_or(0);
  client.registered_from = json.string_at("registeredFrom");
  client.expires_at = record.expires_at;
  client.role = json.string_at("role");
  return client;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

/// An absolute URI without a fragment: "The endpoint URI MUST NOT include a fragment component".
/// Schemes that run code in the browser are none.
bool is_redirect_uri(std::string_view uri) {
  if (uri.size() > k_uri_bytes_max || !is_printable(uri)) return false;
  if (uri.find_first_of("#\"<>\\^`{|};,'") != std::string_view::npos) return false;
  const std::size_t colon = uri.find(':');
  if (colon == 0 || colon == std::string_view::npos || colon + 1 == uri.size()) return false;
  std::string scheme;
  for (const char c : uri.substr(0, colon)) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!is_letter &&
        (scheme.empty() || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))
      return false;
    scheme += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  for (std::string_view bad : {"javascript", "data", "vbscript", "file", "blob", "about"}) {
    if (scheme == bad) return false;
  }
  const bool is_web = scheme == "http" || scheme == "https";
  return !is_web ||
         (uri.substr(colon).starts_with("://") && uri.size() > colon + 3 && uri[colon + 3] != '/');
}

bool is_web_url(std::string_view url) {
  return is_redirect_uri(url) && (url.starts_with("https://") || url.starts_with("http://"));
}

fhir::Result<void> check(const Client& client) {
  if (client.id.empty() || client.id.size() > k_id_bytes_max || !is_printable(client.id) ||
      client.id.find(':') != std::string::npos)
    return refuse("A client's id has 1 to 128 characters, no space and no colon");
  if (client.redirect_uris.size() > k_uris_max) return refuse("There are too many redirect URIs");
  for (const std::string& uri : client.redirect_uris) {
    if (!is_redirect_uri(uri)) return refuse("Not an absolute URI without a fragment: " + uri);
  }
  if (!client.launch_url.empty() && !is_web_url(client.launch_url))
    return refuse("The launch URL is to be http:// or https://");
  if (client.kind == ClientKind::asymmetric) {
    if (client.jwks.empty() == client.jwks_url.empty())
      return refuse("An asymmetric client has keys, or a URL of them");
    if (!client.jwks.empty()) FHIR_CHECK(check_jwks(client.jwks));
    if (!client.jwks_url.empty() && !is_web_url(client.jwks_url))
      return refuse("The JWKS URL is to be https://, or http://");
  }
  if (client.is_backend && client.kind != ClientKind::asymmetric)
    return refuse("A backend service signs with its own key: it is asymmetric");
  if (!client.role.empty() && (!client.is_backend || !is_role(client.role)))
    return refuse("A backend service may have a role, one of " + std::string(k_roles_text));
  if (!client.is_backend && client.redirect_uris.empty())
    return refuse("A client with users needs a redirect URI");
  if (client.allowed().empty())
    return refuse("None of the client's scopes is a scope of this server");
  return {};
}

}  // namespace

std::string_view name_of(ClientKind kind) { return k_names[static_cast<std::size_t>(kind)]; }

std::optional<ClientKind> client_kind(std::string_view name) {
  for (std::size_t i = 0; i < k_names.size(); ++i) {
    if (k_names[i] == name) return static_cast<ClientKind>(i);
  }
  return std::nullopt;
}

fhir::Result<std::string> Clients::add(Client client, std::string secret) {
  if (client.scopes.empty()) client.scopes = client.is_backend ? "system/*.rs" : k_app_scopes;
  if (client.name.empty()) client.name = client.id;
  FHIR_CHECK(check(client));
  if (client.kind == ClientKind::symmetric) {
    if (secret.empty()) {
      secret = random_token();
      client.secret_hash = std::string(k_made) + token_hash(secret);
    } else if (secret.size() < k_secret_bytes_min || secret.size() > k_password_bytes_max) {
      return refuse("A secret has 16 to 1024 characters");
    } else {
      client.secret_hash = hash_password(secret, environment_.options.password_cost);
    }
  } else if (!secret.empty()) {
    return refuse("Only a symmetric client has a secret");
  }
  FHIR_TRY(done,
           environment_.records.put(k_kind, client.id, text_of(client), client.expires_at, 0));
  if (!done)
    return fhir::unexpected(fhir::make_issue(IssueType::duplicate, "There is a client of that id"));
  return secret;
}

fhir::Result<std::string> Clients::replace(Client client) {
  FHIR_CHECK(check(client));
  std::string secret;
  if (client.kind == ClientKind::symmetric && client.secret_hash.empty()) {
    secret = random_token();
    client.secret_hash = std::string(k_made) + token_hash(secret);
  }
  if (client.kind != ClientKind::symmetric) client.secret_hash.clear();
  FHIR_TRY(record, environment_.records.get(k_kind, client.id));
  if (!record) return refuse("There is no client of that id");
  FHIR_TRY(done, environment_.records.put(k_kind, client.id, text_of(client), record->expires_at,
                                          record->version));
  if (!done) return refuse("The client was changed meanwhile; try again");
  return secret;
}

fhir::Result<std::optional<Client>> Clients::find(std::string_view id) const {
  FHIR_TRY(record, environment_.records.get(k_kind, id));
  if (!record) return std::optional<Client>();
  FHIR_TRY(client, client_of(id, *record));
  if (client.is_disabled) return std::optional<Client>();
  return std::optional<Client>(std::move(client));
}

fhir::Result<std::vector<Client>> Clients::all() const {
  std::vector<Client> clients;
  std::string after;
  for (;;) {
    FHIR_TRY(page, environment_.records.list(k_kind, after, k_page));
    for (const auto& [id, record] : page) {
      FHIR_TRY(client, client_of(id, record));
      clients.push_back(std::move(client));
    }
    if (page.size() < k_page) return clients;
    after = page.back().first;
  }
}

fhir::Result<void> Clients::mark_used(const Client& client) {
  if (client.expires_at == 0) return {};
  FHIR_TRY(record, environment_.records.get(k_kind, client.id));
  if (!record || record->expires_at == 0) return {};
  // Changed meanwhile: then the next token says so.
  FHIR_TRY(done, environment_.records.put(k_kind, client.id, record->value, 0, record->version));
  static_cast<void>(done);
  return {};
}

fhir::Result<bool> Clients::remove(std::string_view id) {
  FHIR_TRY(record, environment_.records.take(k_kind, id));
  FHIR_CHECK(Grants(environment_).revoke_all_of(id));
  return record.has_value();
}

fhir::Result<bool> Clients::set_disabled(std::string_view id, bool is_disabled) {
  FHIR_TRY(record, environment_.records.get(k_kind, id));
  if (!record) return false;
  FHIR_TRY(client, client_of(id, *record));
  client.is_disabled = is_disabled;
  FHIR_TRY(done, environment_.records.put(k_kind, id, text_of(client), record->expires_at,
                                          record->version));
  if (!done)
    return fhir::unexpected(
        fhir::make_issue(IssueType::conflict, "The client was changed meanwhile; try again"));
  if (is_disabled) FHIR_CHECK(Grants(environment_).revoke_all_of(id));
  return true;
}

bool Clients::is_secret(const Client& client, std::string_view secret) {
  if (client.kind != ClientKind::symmetric || secret.empty()) return false;
  if (client.secret_hash.starts_with(k_made))
    return equal_in_constant_time(token_hash(secret),
                                  std::string_view(client.secret_hash).substr(k_made.size()));
  return is_password(secret, client.secret_hash);
}

}  // namespace server::security
