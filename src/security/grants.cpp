// https://www.rfc-editor.org/rfc/rfc9700#section-4.14
#include "src/security/grants.h"

#include <algorithm>

#include "src/security/json_fields.h"
#include "src/security/secrets.h"

namespace server::security {
namespace {

using fhir::json::Builder;

constexpr std::string_view k_grant = "grant";
constexpr std::string_view k_access = "access";
constexpr std::string_view k_refresh = "refresh";
constexpr std::uint32_t k_page = 200;
constexpr std::size_t k_token_bytes_max = 200;

/// Grants of one user lie together.
std::string prefix_of(std::string_view user) {
  return user.empty() ? std::string("-.") : token_hash(user).substr(0, 16) + ".";
}

std::string text_of(const Grant& grant) {
  std::string text;
  Builder out(text);
  out.begin_object().string("client", grant.client_id).string("clientName", grant.client_name);
  append_some(out, "user", grant.user);
  append_some(out, "subject", grant.subject);
  append_some(out, "fhirUser", grant.fhir_user);
  append_some(out, "role", grant.role);
  append_some(out, "purpose", grant.purpose);
  append_some(out, "reason", grant.reason);
  if (!grant.consent.empty())
    out.string("consent", grant.consent).number("consentVersion", grant.consent_version);
  out.boolean("patientUser", grant.is_patient_user);
  append_strings(out, "userPatients", grant.user_patients);
  out.string("scopes", grant.scopes);
  append_some(out, "patient", grant.patient);
  append_some(out, "encounter", grant.encounter);
  append_some(out, "fhirContext", grant.fhir_context);
  append_some(out, "intent", grant.intent);
  append_some(out, "nonce", grant.nonce);
  out.boolean("fromEhr", grant.from_ehr).number("authenticatedAt", grant.authenticated_at);
  out.number("expiresAt", grant.expires_at).end_object();
  return text;
}

fhir::Result<Grant> grant_of(std::string_view id, const std::string& text) {
  FHIR_TRY(document, fhir::json::Document::read(text));
  const fhir::json::Value& json = document.root();
  Grant grant;
  grant.id = id;
  grant.client_id = json.string_at("client");
  grant.client_name = json.string_at("clientName");
  grant.user = json.string_at("user");
  grant.subject = json.string_at("subject");
  grant.fhir_user = json.string_at("fhirUser");
  grant.role = json.string_at("role");
  grant.purpose = json.string_at("purpose");
  grant.reason = json.string_at("reason");
  grant.consent = json.string_at("consent");
  grant.consent_version = integer_at(json, "consentVersion").value_or(0);
  grant.is_patient_user = is_true_at(json, "patientUser");
  grant.user_patients = strings_at(json, "userPatients");
  grant.scopes = json.string_at("scopes");
  grant.patient = json.string_at("patient");
  grant.encounter = json.string_at("encounter");
  grant.fhir_context = json.string_at("fhirContext");
  grant.intent = json.string_at("intent");
  grant.nonce = json.string_at("nonce");
  grant.from_ehr = is_true_at(json, "fromEhr");
  grant.authenticated_at = integer_at(json, "authenticatedAt").value_or(0);
  grant.expires_at = integer_at(json, "expiresAt").value_or(0);
  return grant;
}

/// What is kept of a token: its grant, and what is its own.
struct Token {
  std::string grant, scopes;
  std::int64_t issued_at = 0;
  bool is_used = false;
};

std::string text_of(const Token& token) {
  std::string text;
  Builder out(text);
  out.begin_object().string("grant", token.grant).string("scopes", token.scopes);
  out.number("issuedAt", token.issued_at).boolean("used", token.is_used).end_object();
  return text;
}

fhir::Result<Token> token_of(const std::string& text) {
  FHIR_TRY(document, fhir::json::Document::read(text));
  const fhir::json::Value& json = document.root();
  return Token{std::string(json.string_at("grant")), std::string(json.string_at("scopes")),
               integer_at(json, "issuedAt").value_or(0), is_true_at(json, "used")};
}

fhir::Unexpected<OAuthError> invalid_grant() {
  return oauth_error(400, "invalid_grant", "The refresh token is not good, or no longer");
}

}  // namespace

fhir::Result<Grant> Grants::add(Grant grant) {
  grant.id = prefix_of(grant.user) + random_token();
  FHIR_TRY(done, environment_.records.put(k_grant, grant.id, text_of(grant), grant.expires_at, 0));
  static_cast<void>(done);
  return grant;
}

fhir::Result<std::optional<Grant>> Grants::find(std::string_view id) const {
  FHIR_TRY(record, environment_.records.get(k_grant, id));
  if (!record) return std::optional<Grant>();
  FHIR_TRY(grant, grant_of(id, record->value));
  return std::optional<Grant>(std::move(grant));
}

fhir::Result<void> Grants::revoke(std::string_view id) {
  return environment_.records.remove(k_grant, id);
}

fhir::Result<std::vector<Grant>> Grants::grants_of(std::string_view user) const {
  std::vector<Grant> grants;
  const std::string prefix = prefix_of(user);
  std::string after = prefix;
  for (;;) {
    FHIR_TRY(page, environment_.records.list(k_grant, after, k_page));
    for (const auto& [id, record] : page) {
      if (!id.starts_with(prefix)) return grants;
      FHIR_TRY(grant, grant_of(id, record.value));
      if (grant.user == user) grants.push_back(std::move(grant));
    }
    if (page.size() < k_page) return grants;
    after = page.back().first;
  }
}

fhir::Result<std::size_t> Grants::revoke_all_of(std::string_view client_id) {
  std::size_t count = 0;
  std::string after;
  for (;;) {
    FHIR_TRY(page, environment_.records.list(k_grant, after, k_page));
    for (const auto& [id, record] : page) {
      FHIR_TRY(grant, grant_of(id, record.value));
      if (grant.client_id != client_id) continue;
      FHIR_CHECK(revoke(id));
      ++count;
    }
    if (page.size() < k_page) return count;
    after = page.back().first;
  }
}

fhir::Result<IssuedTokens> Grants::issue(const Grant& grant, std::string_view scopes,
                                         bool refreshes) {
  const std::int64_t now = environment_.now_ms();
  const std::int64_t lifetime =
      grant.user.empty() ? environment_.options.backend_access_ms : environment_.options.access_ms;
  IssuedTokens tokens;
  Token token{grant.id, std::string(scopes), now, false};
  const std::int64_t ends = std::min(now + lifetime, grant.expires_at);
  tokens.access = random_token();
  tokens.access_seconds = whole_seconds(ends - now);
  FHIR_TRY(done,
           environment_.records.put(k_access, token_hash(tokens.access), text_of(token), ends, 0));
  static_cast<void>(done);
  if (!refreshes) return tokens;
  tokens.refresh = random_token();
  token.scopes = grant.scopes;
  FHIR_TRY(kept, environment_.records.put(k_refresh, token_hash(tokens.refresh), text_of(token),
                                          grant.expires_at, 0));
  static_cast<void>(kept);
  return tokens;
}

fhir::Result<std::optional<ActiveToken>> Grants::active(std::string_view kind,
                                                        std::string_view token) const {
  std::optional<ActiveToken> none;
  if (token.empty() || token.size() > k_token_bytes_max) return none;
  FHIR_TRY(record, environment_.records.get(kind, token_hash(token)));
  if (!record) return none;
  FHIR_TRY(kept, token_of(record->value));
  if (kept.is_used) return none;
  FHIR_TRY(grant, find(kept.grant));
  if (!grant || !environment_.is_in_force(*grant)) return none;
  return std::optional<ActiveToken>(
      ActiveToken{*std::move(grant), kept.scopes, kept.issued_at, record->expires_at});
}

fhir::Result<std::optional<ActiveToken>> Grants::access(std::string_view token) const {
  return active(k_access, token);
}

fhir::Result<std::optional<ActiveToken>> Grants::refresh(std::string_view token) const {
  return active(k_refresh, token);
}

fhir::Result<std::string> Grants::client_of_refresh(std::string_view token) const {
  if (token.empty() || token.size() > k_token_bytes_max) return std::string();
  FHIR_TRY(record, environment_.records.get(k_refresh, token_hash(token)));
  if (!record) return std::string();
  FHIR_TRY(kept, token_of(record->value));
  FHIR_TRY(grant, find(kept.grant));
  return grant ? grant->client_id : std::string();
}

OAuthResult<Grant> Grants::use_refresh(std::string_view token, std::string_view client_id) {
  if (token.empty() || token.size() > k_token_bytes_max) return invalid_grant();
  const std::string key = token_hash(token);
  OAUTH_TRY(record, environment_.records.get(k_refresh, key));
  if (!record) return invalid_grant();
  OAUTH_TRY(kept, token_of(record->value));
  OAUTH_TRY(grant, find(kept.grant));
  if (!grant || grant->client_id != client_id) return invalid_grant();
  bool is_first = !kept.is_used;
  if (is_first) {
    kept.is_used = true;
    OAUTH_TRY(done, environment_.records.put(k_refresh, key, text_of(kept), record->expires_at,
                                             record->version));
    is_first = done;
  }
  if (!is_first) {  // either the client or somebody else has a copy: nobody can tell which
    OAUTH_CHECK(revoke(kept.grant));
    return invalid_grant();
  }
  return *std::move(grant);
}

fhir::Result<void> Grants::revoke_token(std::string_view token, std::string_view client_id) {
  if (token.empty() || token.size() > k_token_bytes_max) return {};
  const std::string key = token_hash(token);
  for (const std::string_view kind : {k_access, k_refresh}) {
    FHIR_TRY(record, environment_.records.get(kind, key));
    if (!record) continue;
    FHIR_TRY(kept, token_of(record->value));
    FHIR_TRY(grant, find(kept.grant));
    if (!grant || grant->client_id != client_id) continue;
    if (kind == k_refresh) return revoke(kept.grant);
    return environment_.records.remove(kind, key);
  }
  return {};
}

}  // namespace server::security
