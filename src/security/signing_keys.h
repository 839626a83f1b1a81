// The server's own keys, by which it signs id tokens.
// https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys
#pragma once

#include <string>

#include "src/security/environment.h"

namespace server::security {

/// Thread-safe.
class SigningKeys {
 public:
  explicit SigningKeys(const Environment& environment) : environment_(environment) {}

  /// Makes the first key when there is none.
  fhir::Result<void> prepare();

  /// Makes a new key. The one before it stays in the JWKS for a day: for what it signed.
  ///
  /// errors   throttled: there are as many keys of this day as the JWKS can hold
  fhir::Result<void> rotate();
  /// The same when the newest key is as old as the options let it become.
  fhir::Result<void> rotate_when_due();

  /// Signs by the newest key.
  fhir::Result<std::string> sign(std::string_view payload) const;

  /// The public keys; those that were replaced as well, for a while.
  fhir::Result<std::string> jwks() const;

 private:
  Environment environment_;
};

}  // namespace server::security
