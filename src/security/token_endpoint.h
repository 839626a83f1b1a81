// The endpoints that answer JSON: token, introspection, revocation.
// https://hl7.org/fhir/smart-app-launch/app-launch.html#obtain-access-token
#pragma once

#include <string>
#include <string_view>

#include "src/security/environment.h"
#include "src/security/form.h"
#include "src/security/oauth_error.h"

namespace server::security {

/// Thread-safe. `authorization`: the header's value, may be empty. What they return is JSON.
class TokenEndpoint {
 public:
  explicit TokenEndpoint(const Environment& environment) : environment_(environment) {}

  /// authorization_code, refresh_token, client_credentials
  OAuthResult<std::string> token(const Form& form, std::string_view authorization);

  /// https://www.rfc-editor.org/rfc/rfc7662 — `{"active":false}` for whatever is no token of ours.
  OAuthResult<std::string> introspect(const Form& form, std::string_view authorization);

  /// https://www.rfc-editor.org/rfc/rfc7009 — the empty text: nothing is told.
  OAuthResult<std::string> revoke(const Form& form, std::string_view authorization);

 private:
  OAuthResult<std::string> by_code(const Form& form, std::string_view authorization);
  OAuthResult<std::string> by_refresh(const Form& form, std::string_view authorization);
  OAuthResult<std::string> by_client(const Form& form, std::string_view authorization);

  Environment environment_;
};

}  // namespace server::security
