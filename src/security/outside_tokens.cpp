// https://www.rfc-editor.org/rfc/rfc9068#section-4 https://www.rfc-editor.org/rfc/rfc8725
#include "src/security/outside_tokens.h"

#include <algorithm>

#include "src/security/json_fields.h"
#include "src/security/outside_claims.h"
#include "src/security/secrets.h"

namespace server::security {
namespace {

using fhir::json::Value;

constexpr std::size_t k_kept_max = 10'000;
constexpr std::size_t k_subject_bytes_max = 255;

/// One answer to whatever is wrong: what it was helps only who made the token up.
fhir::Unexpected<fhir::Issue> not_good() {
  return fhir::unexpected(fhir::make_issue(fhir::Situation::unauthenticated,
                                           fhir::IssueType::expired,
                                           "The access token is not good, or no longer"));
}

fhir::Unexpected<fhir::Issue> no_keys() {
  return fhir::unexpected(fhir::make_issue(fhir::Situation::unavailable, fhir::IssueType::transient,
                                           "The keys of the token's issuer cannot be had now"));
}

/// The payload, before anybody has vouched for it.
std::optional<fhir::json::Document> unverified(std::string_view token) {
  if (token.size() > k_jws_bytes_max) return std::nullopt;
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  auto payload = from_base64url(token.substr(first + 1, second - first - 1));
  if (!payload) return std::nullopt;
  auto document = fhir::json::Document::read(*std::move(payload));
  if (!document || !document->root().is_object()) return std::nullopt;
  return *std::move(document);
}

/// "the resource server MUST verify that the typ header value is at+jwt or application/at+jwt":
/// many providers write JWT, or nothing. A token of another kind (logout+jwt, dpop+jwt) is none.
bool is_access_type(std::string_view typ) {
  std::string lower;
  for (const char c : typ) lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return lower.empty() || lower == "at+jwt" || lower == "application/at+jwt" || lower == "jwt";
}

bool is_for(const Value& claims, const Issuer& issuer, std::string_view base_url) {
  auto named = strings_at(claims, "aud");
  if (const std::string_view one = claims.string_at("aud"); !one.empty()) named.emplace_back(one);
  return std::any_of(named.begin(), named.end(), [&](std::string_view audience) {
    if (!issuer.audiences.empty())
      return std::find(issuer.audiences.begin(), issuer.audiences.end(), audience) !=
             issuer.audiences.end();
    if (audience.ends_with('/')) audience.remove_suffix(1);
    return audience == base_url;
  });
}

/// A time that may be missing, but not be something else.
std::optional<std::int64_t> time_at(const Value& claims, std::string_view name,
                                    std::int64_t otherwise) {
  const Value* value = claims.find(name);
  if (value == nullptr) return otherwise;
  // "NumericDate … non-integer values can be represented"
  if (!value->is_number() || value->text().find_first_of("eE") != std::string_view::npos)
    return std::nullopt;
  const std::string_view whole = value->text().substr(0, value->text().find('.'));
  if (whole.size() > 12) return std::nullopt;
  return std::stoll(std::string(whole));
}

}  // namespace

OutsideTokens::OutsideTokens(Parts parts) : parts_(std::move(parts)) {
  for (const Issuer& issuer : parts_.issuers)
    sources_.push_back(std::make_unique<Source>(issuer, parts_.fetch, parts_.hooks));
}

bool OutsideTokens::is_signed(std::string_view token) {
  return std::count(token.begin(), token.end(), '.') == 2;
}

std::shared_ptr<const ActiveToken> OutsideTokens::known(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(key);
  if (found == kept_.end()) return nullptr;
  const Kept& kept = found->second;
  const IssuerKeys::Keys keys = kept.source->keys.keys();
  const bool is_good = keys.jwks != nullptr && keys.generation == kept.generation &&
                       kept.token->expires_at > parts_.now_ms();
  return is_good ? kept.token : nullptr;
}

void OutsideTokens::keep(const std::string& key, Kept kept) {
  const std::int64_t now = parts_.now_ms();
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= k_kept_max) {
    std::erase_if(kept_, [&](const auto& one) { return one.second.token->expires_at <= now; });
    if (kept_.size() >= k_kept_max) kept_.clear();
  }
  kept_[key] = std::move(kept);
}

fhir::Result<ActiveToken> OutsideTokens::read(const Issuer& issuer,
                                              std::string_view payload) const {
  FHIR_TRY(document, fhir::json::Document::read(std::string(payload)));
  const Value& claims = document.root();
  const std::int64_t now = whole_seconds(parts_.now_ms()), skew = issuer.skew_seconds;
  const auto expires = time_at(claims, "exp", 0);
  const auto issued = time_at(claims, "iat", now);
  const auto begins = time_at(claims, "nbf", now);
  if (claims.string_at("iss") != issuer.issuer || !is_for(claims, issuer, parts_.base_url) ||
      !expires || !issued || !begins)
    return not_good();
  const bool is_now = *expires + skew > now && *begins <= now + skew && *issued <= now + skew;
  if (!is_now || *expires - std::min(*issued, now) > issuer.lifetime_seconds_max) return not_good();
  const std::string_view subject = claims.string_at("sub");
  if (subject.empty() || subject.size() > k_subject_bytes_max) return not_good();
  // Bound to a key that the bearer has to prove (RFC 7800): who only bears it may have stolen it.
  if (claims.find("cnf") != nullptr) return not_good();
  ActiveToken active;
  active.grant = grant_of_claims(issuer, claims, parts_.base_url, parts_.is_enforced);
  active.scopes = active.grant.scopes;
  active.issued_at = *issued * 1000;
  active.expires_at = (*expires + skew) * 1000;
  active.grant.expires_at = active.expires_at;
  return active;
}

fhir::Result<std::shared_ptr<const ActiveToken>> OutsideTokens::verify(std::string_view token,
                                                                       const std::string& key) {
  const auto claims = unverified(token);
  if (!claims) return not_good();
  const std::string_view issuer = claims->root().string_at("iss");
  const auto source = std::find_if(sources_.begin(), sources_.end(),
                                   [&](const auto& one) { return one->issuer.issuer == issuer; });
  if (source == sources_.end()) return not_good();
  IssuerKeys& keys = (*source)->keys;
  for (bool is_second = false;; is_second = true) {
    const IssuerKeys::Keys now = keys.keys();
    if (now.jwks != nullptr) {
      const auto verified = security::verify(token, (*source)->issuer.algorithms, *now.jwks);
      if (verified) {
        if (!is_access_type(verified->typ)) return not_good();
        auto active = read((*source)->issuer, verified->payload);
        if (!active) return not_good();
        auto shared = std::make_shared<const ActiveToken>(*std::move(active));
        keep(key, {shared, source->get(), now.generation});
        return shared;
      }
      if (verified.error().type != fhir::IssueType::not_found) return not_good();
    }
    if (is_second) return now.jwks == nullptr ? no_keys() : not_good();
    // A kid that is not there: the keys may have been rotated.
    const IssuerKeys::News news = keys.await_newer(now.generation);
    if (news == IssuerKeys::News::unknown) return no_keys();
    if (news == IssuerKeys::News::none) return now.jwks == nullptr ? no_keys() : not_good();
  }
}

}  // namespace server::security
