// https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2 https://www.rfc-editor.org/rfc/rfc7636
#include "src/security/codes.h"

#include <algorithm>

#include "src/security/grants.h"
#include "src/security/json_fields.h"
#include "src/security/secrets.h"

namespace server::security {
namespace {

using fhir::json::Builder;

constexpr std::string_view k_kind = "code";
constexpr std::size_t k_code_bytes_max = 200;
constexpr std::int64_t k_remembered_ms = 600'000;  // a used code, to tell a second use

std::string text_of(const Code& code, std::int64_t expires_at, bool is_used) {
  std::string text;
  Builder out(text);
  out.begin_object().string("grant", code.grant).string("client", code.client_id);
  out.string("redirectUri", code.redirect_uri).string("challenge", code.challenge);
  out.number("expiresAt", expires_at).boolean("used", is_used).end_object();
  return text;
}

/// code-verifier = 43*128unreserved
bool is_verifier(std::string_view text) {
  return text.size() >= 43 && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '.' || c == '_' || c == '~';
         });
}

}  // namespace

fhir::Result<std::string> Codes::add(const Code& code) {
  const std::string text = random_token();
  const std::int64_t expires_at = environment_.now_ms() + environment_.options.code_ms;
  FHIR_TRY(done,
           environment_.records.put(k_kind, token_hash(text), text_of(code, expires_at, false),
                                    expires_at + k_remembered_ms, 0));
  static_cast<void>(done);
  return text;
}

OAuthResult<std::string> Codes::use(std::string_view text, std::string_view client_id,
                                    std::string_view redirect_uri, std::string_view verifier) {
  const auto refused =
      oauth_error(400, "invalid_grant", "The code is not good, or not for this request");
  if (text.empty() || text.size() > k_code_bytes_max) return refused;
  const std::string key = token_hash(text);
  OAUTH_TRY(record, environment_.records.get(k_kind, key));
  if (!record) return refused;
  OAUTH_TRY(document, fhir::json::Document::read(record->value));
  const fhir::json::Value& json = document.root();
  const Code code{std::string(json.string_at("grant")), std::string(json.string_at("client")),
                  std::string(json.string_at("redirectUri")),
                  std::string(json.string_at("challenge"))};
  const std::int64_t expires_at = integer_at(json, "expiresAt").value_or(0);
  bool is_good = !is_true_at(json, "used");
  if (is_good) {
    OAUTH_TRY(is_first, environment_.records.put(k_kind, key, text_of(code, expires_at, true),
                                                 record->expires_at, record->version));
    is_good = is_first;
  }
  is_good = is_good && expires_at > environment_.now_ms() && code.client_id == client_id &&
            code.redirect_uri == redirect_uri && is_verifier(verifier) &&
            equal_in_constant_time(to_base64url(sha256(verifier)), code.challenge);
  if (is_good) return code.grant;
  OAUTH_CHECK(Grants(environment_).revoke(code.grant));
  return refused;
}

}  // namespace server::security
