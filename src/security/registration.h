// Apps that register themselves, and what they may do with their registration afterwards.
// https://www.rfc-editor.org/rfc/rfc7591 https://www.rfc-editor.org/rfc/rfc7592
#pragma once

#include <string>
#include <string_view>

#include "src/security/environment.h"
#include "src/security/oauth_error.h"

namespace server::security {

/// Makes a token by which one app may register; told this once.
fhir::Result<std::string> new_registration_token(const Environment& environment,
                                                 std::int64_t lifetime_ms);

/// Thread-safe. `authorization`: the header's value, may be empty. What they return is JSON.
///
/// errors   invalid_redirect_uri, invalid_client_metadata · invalid_token (401): none, or not one
/// for
///          this · access_denied (403): nobody may register here
class Registration {
 public:
  explicit Registration(const Environment& environment) : environment_(environment) {}

  /// Where anybody may register, what is never used ends after a while, and one address has few of
  /// those at a time.
  ///
  /// body      the metadata of RFC 7591, section 2; what is not known in it is passed over
  /// address   that it comes from, as limits count it
  /// errors    temporarily_unavailable: 429, too many of this address were never used; 503, of all
  OAuthResult<std::string> add(std::string_view body, std::string_view authorization,
                               std::string_view address = {});

  /// The registration of a client, by the token that it was given for this.
  OAuthResult<std::string> read(std::string_view id, std::string_view authorization);
  /// Replaces the metadata. What was granted by users ends when it might not have been to what the
  /// client is now.
  OAuthResult<std::string> update(std::string_view id, std::string_view body,
                                  std::string_view authorization);
  /// With it whatever was granted to the client.
  OAuthResult<void> remove(std::string_view id, std::string_view authorization);

 private:
  Environment environment_;
};

}  // namespace server::security
