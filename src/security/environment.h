// What the parts of the authorization server share: its settings, its state, the clock.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "src/security/password.h"
#include "src/security/record_store.h"
#include "src/security/scope.h"
#include "src/security/vault.h"

namespace server::security {

struct Grant;

/// Who may register an app without an administrator: nobody, everybody, who was given a token for
/// it.
enum class RegistrationMode : std::uint8_t { off, open, token };

/// Lifetimes in milliseconds.
struct AuthorizationOptions {
  std::string base_url;  // of FHIR, without a slash at the end: issuer, and the aud of tokens
  std::int64_t transaction_ms = 15 * 60'000;     // from authorize to consent
  std::int64_t session_ms = 8 * 3'600'000;       // of a user at the pages, since the login
  std::int64_t launch_ms = 5 * 60'000;           // an EHR launch, until the app comes back with it
  std::int64_t code_ms = 60'000;                 // "a maximum … of 10 minutes is RECOMMENDED"
  std::int64_t access_ms = 3'600'000;            // "SHOULD NOT exceed one hour"
  std::int64_t backend_access_ms = 300'000;      // "SHOULD NOT exceed five minutes"
  std::int64_t refresh_ms = 180LL * 86'400'000;  // since the consent: more than three months
  std::int64_t clock_skew_ms = 60'000;           // of a client's clock
  unsigned failures_max = 5;                     // in a row, before who tries has to wait
  std::int64_t lockout_ms = 60'000;              // at first; doubled with each failure after it
  std::int64_t lockout_max_ms = 3'600'000;
  unsigned name_failures_max = 100;  // of one name in an hour, by browsers that are new to it
  std::int64_t device_ms = 180LL * 86'400'000;       // a browser is known to a user it logged in
  std::int64_t key_rotation_ms = 90LL * 86'400'000;  // 0: only when told
  RegistrationMode registration = RegistrationMode::off;
  std::int64_t unused_ms = 7LL * 86'400'000;  // an app that anybody registered, unless it is used
  bool open_introspection = false;  // whether who holds a token may ask about it without more
  PasswordCost password_cost = {};

  std::string endpoint(std::string_view name) const {
    return base_url + "/auth/" + std::string(name);
  }
  std::string token_endpoint() const { return endpoint("token"); }
};

/// The text behind a JWKS URL.
class KeySource {
 public:
  virtual ~KeySource() = default;
  /// refresh       whether an answer kept from before will not do: a kid was not in it
  /// public_only   the URL is of somebody whom nobody here knows: it may lead to the internet, and
  ///               not to this machine or its network
  virtual fhir::Result<std::string> jwks(const std::string& url, bool refresh,
                                         bool public_only) = 0;
};

/// All outlive whoever is given them. Thread-safe.
struct Environment {
  const AuthorizationOptions& options;
  RecordStore& records;
  const Vault& vault;
  std::function<std::int64_t()> now_ms;  // UTC
  KeySource* keys = nullptr;             // null: JWKS by URL cannot be fetched
  /// Whether a scope of resources is one that can be enforced; empty: all are.
  std::function<bool(const Scope&)> supports = {};
  /// Whether what a grant comes of still holds, such as a patient's consent; empty: it does.
  std::function<bool(const Grant&)> still_holds = {};

  bool is_in_force(const Grant& grant) const { return !still_holds || still_holds(grant); }
};

}  // namespace server::security
