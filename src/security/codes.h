// Authorization codes: good once, for their client, redirect URI and verifier.
// https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
#pragma once

#include <string>
#include <string_view>

#include "src/security/environment.h"
#include "src/security/oauth_error.h"

namespace server::security {

/// What a code is bound to.
struct Code {
  std::string grant, client_id, redirect_uri, challenge;
};

/// Thread-safe.
class Codes {
 public:
  explicit Codes(const Environment& environment) : environment_(environment) {}

  /// returns   the code
  fhir::Result<std::string> add(const Code& code);

  /// Uses a code up, whatever comes of it, and gives the id of its grant. A failure ends the grant:
  /// "If an authorization code is used more than once, the authorization server … SHOULD revoke
  /// (when possible) all tokens previously issued based on that authorization code."
  ///
  /// errors   invalid_grant: unknown, expired, used before, another client's, another redirect URI,
  ///          a wrong verifier
  OAuthResult<std::string> use(std::string_view code, std::string_view client_id,
                               std::string_view redirect_uri, std::string_view verifier);

 private:
  Environment environment_;
};

}  // namespace server::security
