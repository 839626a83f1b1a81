// Access tokens that an outside identity provider signed. https://www.rfc-editor.org/rfc/rfc9068
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/formats/json_value.h"
#include "src/security/grants.h"
#include "src/security/issuer.h"
#include "src/security/issuer_keys.h"

namespace server::security {

/// Thread-safe. A token that was found good is remembered, as long as it lasts and its issuer's
/// keys stay the same; so many of them at most.
class OutsideTokens {
 public:
  struct Parts {
    std::vector<Issuer> issuers;  // one at least
    std::string base_url;         // the audience where an issuer names none
    Fetch fetch;
    WaitHooks hooks;
    std::function<std::int64_t()> now_ms;           // UTC
    std::function<bool(const Scope&)> is_enforced;  // whether a scope is one that can be
  };
  explicit OutsideTokens(Parts parts);

  /// Whether a token has the form of a signed one; ours have not.
  static bool is_signed(std::string_view token);

  /// What is remembered of a token; null when it has to be verified.
  ///
  /// key   sha256() of it
  std::shared_ptr<const ActiveToken> known(const std::string& key) const;

  /// Verifies a token that is not known. May wait for keys for a few seconds: for workers.
  ///
  /// errors   expired (401): not good, for whatever reason · transient (503): the issuer's keys
  ///          cannot be had now
  fhir::Result<std::shared_ptr<const ActiveToken>> verify(std::string_view token,
                                                          const std::string& key);

  /// What the first issuer says of itself; null: nothing was to be had so far.
  std::shared_ptr<const std::string> discovery() const {
    return sources_.front()->keys.discovery();
  }
  const Issuer& first() const { return sources_.front()->issuer; }

 private:
  struct Source {
    Source(Issuer given, const Fetch& fetch, const WaitHooks& hooks)
        : issuer(std::move(given)), keys(issuer, fetch, hooks) {}
    const Issuer issuer;
    IssuerKeys keys;
  };
  struct Kept {
    std::shared_ptr<const ActiveToken> token;
    const Source* source;
    std::uint64_t generation;  // of the keys
  };
  fhir::Result<ActiveToken> read(const Issuer& issuer, std::string_view payload) const;
  void keep(const std::string& key, Kept kept);

  const Parts parts_;
  std::vector<std::unique_ptr<Source>> sources_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Kept> kept_;  // guarded by mutex_
};

}  // namespace server::security
