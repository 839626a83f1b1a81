// https://www.rfc-editor.org/rfc/rfc6750
#include "src/web/token_authorizer.h"

#include "src/http/text.h"
#include "src/security/grants.h"
#include "src/security/roles.h"
#include "src/security/secrets.h"

namespace server::web {
namespace {

constexpr std::string_view k_scheme = "Bearer ";
constexpr std::size_t k_known_max = 10'000;

/// Empty when there is none. A token in the URL is none: URLs are logged.
std::string_view token_of(const http::Headers& headers) {
  std::string_view value = headers.get("Authorization");
  const bool is_bearer = value.size() > k_scheme.size() &&
                         http::equals_without_case(value.substr(0, k_scheme.size()), k_scheme);
  if (!is_bearer) return {};
  value.remove_prefix(k_scheme.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  return value;
}

}  // namespace

TokenAuthorizer::Found TokenAuthorizer::recall(std::string_view token, std::int64_t revision) {
  const std::int64_t now_ms = environment_.now_ms();
  const std::lock_guard lock(mutex_);
  if (revision_ != revision) return nullptr;
  const auto found = known_.find(token);
  if (found == known_.end() || found->second->expires_at <= now_ms) return nullptr;
  return found->second;
}

void TokenAuthorizer::remember(std::string_view token, std::int64_t revision, Found known) {
  const std::lock_guard lock(mutex_);
  if (revision_ != revision || known_.size() >= k_known_max) known_.clear();
  revision_ = revision;
  known_[std::string(token)] = std::move(known);
}

namespace {

fhir::Unexpected<fhir::Issue> not_active() {
  return fhir::unexpected(fhir::make_issue(fhir::Situation::unauthenticated,
                                           fhir::IssueType::expired,
                                           "The access token is not good, or no longer"));
}

/// Tokens of one client for one user and patient that allow the same are of one owner, whenever
/// they were given: one that allows less must not have the answer to one that allowed more.
std::string owner_of(const security::ActiveToken& token) {
  const security::Grant& grant = token.grant;
  constexpr std::size_t k_bytes = 12;
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string text;
  for (const std::string* one : {&grant.client_id, &grant.user, &grant.subject, &grant.patient,
                                 &grant.role, &grant.purpose, &grant.consent, &token.scopes})
    text.append(std::to_string(one->size())).append(":").append(*one);
  std::string owner;
  for (const char byte : security::sha256(text).substr(0, k_bytes)) {
    const auto value = static_cast<unsigned char>(byte);
    owner.append({k_digits[value >> 4], k_digits[value & 15]});
  }
  return owner;
}

}  // namespace

TokenAuthorizer::Known TokenAuthorizer::known_of(const security::ActiveToken& active) {
  auto identity = std::make_shared<access::Identity>();
  identity->scopes = security::parse_scopes(active.scopes);
  identity->patient = active.grant.patient;
  identity->client = active.grant.client_id;
  identity->fhir_user = active.grant.fhir_user;
  // Whom a patient's Consent gave a token has no role here: the Consent says what it is for.
  const bool has_no_role =
      active.grant.role.empty() && !active.grant.user.empty() && active.grant.consent.empty();
  identity->role = has_no_role ? std::string(security::k_no_role) : active.grant.role;
  identity->purpose = active.grant.purpose;
  identity->is_emergency = !active.grant.reason.empty();
  identity->consent = active.grant.consent;
  identity->consent_version = active.grant.consent_version;
  identity->is_patient_user = active.grant.is_patient_user;
  identity->user_patients = active.grant.user_patients;
  const security::Grant& grant = active.grant;
  // Who gave a token by a Consent is not who uses it.
  const std::string user = grant.consent.empty() ? grant.user : std::string();
  auto speaker = std::make_shared<const Speaker>(
      Speaker{grant.client_id, user, grant.fhir_user, grant.patient, grant.purpose, grant.reason});
  Known known{std::move(identity), std::move(speaker), active.expires_at, nullptr};
  if (!grant.consent.empty())
    known.conditional = std::make_shared<const security::Grant>(active.grant);
  return known;
}

fhir::Result<TokenAuthorizer::Found> TokenAuthorizer::look_up(std::string_view token) {
  if (outside_ != nullptr && security::OutsideTokens::is_signed(token))
    return look_up_outside(token);
  // Asked before the records are: what changes meanwhile is another revision.
  FHIR_TRY(revision, environment_.records.revision());
  if (auto known = recall(token, revision)) {
    if (known->conditional && !environment_.is_in_force(*known->conditional)) return not_active();
    return known;
  }
  FHIR_TRY(active, security::Grants(environment_).access(token));
  if (!active) return not_active();
  auto known = std::make_shared<const Known>(known_of(*active));
  remember(token, revision, known);
  return known;
}

fhir::Result<std::shared_ptr<const security::ActiveToken>> TokenAuthorizer::outside_token(
    std::string_view token, const std::string& digest) {
  if (auto known = outside_->known(digest)) return known;
  return outside_->verify(token, digest);
}

fhir::Result<TokenAuthorizer::Found> TokenAuthorizer::look_up_outside(std::string_view token) {
  const std::string digest = security::sha256(token);
  FHIR_TRY(active, outside_token(token, digest));
  {
    const std::lock_guard lock(mutex_);
    const auto found = outside_known_.find(digest);
    const bool is_known = found != outside_known_.end() && found->second.verified == active;
    if (is_known) return found->second.known;
  }
  auto known = std::make_shared<const Known>(known_of(*active));
  const std::lock_guard lock(mutex_);
  if (outside_known_.size() >= k_known_max) outside_known_.clear();
  outside_known_[digest] = {active, known};
  return known;
}

bool TokenAuthorizer::is_quick(const http::Headers& headers) const {
  if (outside_ == nullptr) return true;
  const std::string_view token = token_of(headers);
  return !security::OutsideTokens::is_signed(token) ||
         outside_->known(security::sha256(token)) != nullptr;
}

fhir::Result<std::shared_ptr<const access::Identity>> TokenAuthorizer::identify(
    const http::Headers& headers) {
  const std::string_view token = token_of(headers);
  if (token.empty())
    return fhir::unexpected(fhir::make_issue(fhir::Situation::unauthenticated,
                                             fhir::IssueType::login,
                                             "This server asks for an access token"));
  FHIR_TRY(known, look_up(token));
  const auto wait = limiter_.take(known->speaker->client, http::RateLimiter::Clock::now());
  if (wait != http::RateLimiter::Clock::duration::zero())
    return fhir::unexpected(fhir::make_issue(fhir::Situation::throttled, fhir::IssueType::throttled,
                                             "This client asks too often: wait a while"));
  return known->identity;
}

std::optional<TokenAuthorizer::Speaker> TokenAuthorizer::speaker(const http::Headers& headers) {
  const std::string_view token = token_of(headers);
  if (token.empty()) return std::nullopt;
  const auto known = look_up(token);
  if (!known) return std::nullopt;
  return *(*known)->speaker;
}

fhir::Result<std::string> TokenAuthorizer::owner(const http::Headers& headers) {
  const std::string_view token = token_of(headers);
  if (outside_ != nullptr && security::OutsideTokens::is_signed(token)) {
    FHIR_TRY(verified, outside_token(token, security::sha256(token)));
    return owner_of(*verified);
  }
  FHIR_TRY(active, security::Grants(environment_).access(token));
  if (!active) return not_active();
  return owner_of(*active);
}

std::string TokenAuthorizer::challenge(const http::Headers& headers) const {
  std::string out = "Bearer realm=\"MediSync\"";
  if (!token_of(headers).empty()) out += ", error=\"invalid_token\"";
  return out;
}

}  // namespace server::web
