// What users and registrations have granted to clients, and the tokens made of it.
// https://www.rfc-editor.org/rfc/rfc6749#section-1.3
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/security/environment.h"
#include "src/security/oauth_error.h"

namespace server::security {

/// One grant: all tokens of it end with it.
struct Grant {
  std::string id;  // begins with what grants_of() finds the user's by
  std::string client_id;
  std::string client_name;
  std::string user;       // name; empty: the client acts for itself
  std::string subject;    // `sub`
  std::string fhir_user;  // `Practitioner/1`
  std::string role;       // of the user: `physician`; empty: the client acts for itself
  std::string purpose;    // of use, a code of v3-PurposeOfUse; empty: treatment
  std::string reason;     // of an emergency, as the user wrote it; for the audit trail alone
  std::string consent;    // id of the Consent that it comes of; empty: of none
  std::int64_t consent_version = 0;
  bool is_patient_user = false;
  std::vector<std::string> user_patients;  // whom a patient's user may see
  std::string scopes;                      // as granted
  std::string patient, encounter;          // ids in context; may be empty
  std::string fhir_context;                // a JSON array; empty: none
  std::string intent;
  bool from_ehr = false;  // launched there: need_patient_banner is false
  std::string nonce;
  std::int64_t authenticated_at = 0;  // UTC ms
  std::int64_t expires_at = 0;        // UTC ms: no token of it lives longer
};

/// A token that may be used now.
struct ActiveToken {
  Grant grant;
  std::string scopes;  // of this token: the grant's or fewer
  std::int64_t issued_at = 0;
  std::int64_t expires_at = 0;  // UTC ms
};

/// Tokens that were just made.
struct IssuedTokens {
  std::string access;
  std::int64_t access_seconds = 0;
  std::string refresh;  // empty: none
};

/// Thread-safe.
class Grants {
 public:
  explicit Grants(const Environment& environment) : environment_(environment) {}

  /// Keeps a grant; gives it its id.
  fhir::Result<Grant> add(Grant grant);
  fhir::Result<std::optional<Grant>> find(std::string_view id) const;
  /// With it every token of it.
  fhir::Result<void> revoke(std::string_view id);
  fhir::Result<std::vector<Grant>> grants_of(std::string_view user) const;
  /// Revokes all that was granted to a client; returns how many there were.
  fhir::Result<std::size_t> revoke_all_of(std::string_view client_id);

  /// scopes    of the access token
  /// refreshes whether a refresh token is made as well
  fhir::Result<IssuedTokens> issue(const Grant& grant, std::string_view scopes, bool refreshes);

  /// Nothing when it is unknown, expired, or its grant was revoked.
  fhir::Result<std::optional<ActiveToken>> access(std::string_view token) const;
  fhir::Result<std::optional<ActiveToken>> refresh(std::string_view token) const;

  /// To which client a refresh token was given, used up or not; empty: it or its grant is unknown.
  fhir::Result<std::string> client_of_refresh(std::string_view token) const;

  /// Uses a refresh token up. A second use of one, by whomever, revokes its grant.
  ///
  /// errors   invalid_grant: it is not good, not this client's, or was used before
  OAuthResult<Grant> use_refresh(std::string_view token, std::string_view client_id);

  /// Ends one token of a client: a refresh token ends its grant. Unknown ones are no error.
  fhir::Result<void> revoke_token(std::string_view token, std::string_view client_id);

 private:
  fhir::Result<std::optional<ActiveToken>> active(std::string_view kind,
                                                  std::string_view token) const;

  Environment environment_;
};

}  // namespace server::security
