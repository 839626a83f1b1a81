// https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys
#include "src/security/signing_keys.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "src/security/jose.h"
#include "src/security/secrets.h"

namespace server::security {
namespace {

constexpr std::string_view k_kind = "key";
constexpr std::int64_t k_retired_ms = 86'400'000;
constexpr std::uint32_t k_keys_max = 20;

/// Sorts by the time it was made.
std::string new_kid(std::int64_t now) {
  char text[24];
  std::snprintf(text, sizeof text, "%014lld", static_cast<long long>(now));
  return std::string(text) + "-" + random_token().substr(0, 8);
}

std::string place_of(std::string_view kid) { return "signing-key/" + std::string(kid); }

}  // namespace

fhir::Result<void> SigningKeys::prepare() {
  FHIR_TRY(keys, environment_.records.list(k_kind, "", 1));
  if (!keys.empty()) return {};
  return rotate();
}

fhir::Result<void> SigningKeys::rotate() {
  const std::int64_t now = environment_.now_ms();
  FHIR_TRY(before, environment_.records.list(k_kind, "", k_keys_max));
  // One more would not be listed, and neither sign nor be found.
  if (before.size() >= k_keys_max)
    return fhir::unexpected(fhir::make_issue(
        fhir::IssueType::throttled, "There are too many keys already: wait until some have ended"));
  const std::string kid = new_kid(now);
  const std::string key = new_key(Algorithm::rs256, kid);
  FHIR_TRY(made, environment_.records.put(k_kind, kid, environment_.vault.seal(key, place_of(kid)),
                                          0, 0));
  static_cast<void>(made);
  for (const auto& [old, record] : before) {
    if (record.expires_at != 0) continue;
    FHIR_TRY(done, environment_.records.put(k_kind, old, record.value, now + k_retired_ms,
                                            record.version));
    static_cast<void>(done);
  }
  return {};
}

fhir::Result<void> SigningKeys::rotate_when_due() {
  if (environment_.options.key_rotation_ms <= 0) return {};
  FHIR_TRY(keys, environment_.records.list(k_kind, "", k_keys_max));
  // A kid begins with the time at which its key was made.
  const std::int64_t made_at =
      keys.empty() ? 0 : std::strtoll(keys.back().first.c_str(), nullptr, 10);
  if (made_at + environment_.options.key_rotation_ms > environment_.now_ms()) return {};
  return rotate();
}

fhir::Result<std::string> SigningKeys::sign(std::string_view payload) const {
  FHIR_TRY(keys, environment_.records.list(k_kind, "", k_keys_max));
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
    if (const auto text = environment_.vault.open_sealed(key->second.value, place_of(key->first)))
      return security::sign(payload, *text);
  }
  return fhir::unexpected(fhir::make_issue(fhir::Situation::internal, fhir::IssueType::exception,
                                           "There is no key to sign with"));
}

fhir::Result<std::string> SigningKeys::jwks() const {
  FHIR_TRY(keys, environment_.records.list(k_kind, "", k_keys_max));
  std::vector<std::string> publics;
  for (const auto& [kid, record] : keys) {
    if (const auto text = environment_.vault.open_sealed(record.value, place_of(kid)))
      publics.push_back(public_key(*text));
  }
  return jwks_of(publics);
}

}  // namespace server::security
