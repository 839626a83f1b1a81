// An outside identity provider whose access tokens are taken, and how its claims are read.
// https://www.rfc-editor.org/rfc/rfc9068
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"
#include "src/security/jose.h"

namespace server::security {

inline constexpr std::size_t k_issuers_max = 16;

/// Where a claim is: a name; names with dots between, from the outside in; or a JSON Pointer
/// (RFC 6901) when it begins with a slash. Empty: nowhere.
struct ClaimPlaces {
  std::string scopes = "scope";
  std::string role = "role";
  std::string fhir_user = "fhirUser";
  std::string patient = "patient";
  std::string client;   // empty: client_id, else azp
  std::string purpose;  // of use: what it allows is only told by who is asked for it
};

struct Issuer {
  std::string issuer;  // `iss`, compared exactly
  std::vector<std::string>
      audiences;                      // one of `aud` is one of these; empty: this server's base URL
  std::string discovery;              // URL; empty: below the issuer, as OpenID Connect has it
  std::string jwks_uri;               // empty: as the discovery says
  std::vector<Algorithm> algorithms;  // by which it signs
  ClaimPlaces claims;
  /// What the provider calls a role, and the role that it is here; of several the first counts.
  /// Empty: it uses our words.
  std::vector<std::pair<std::string, std::string>> roles;
  std::string default_role;  // of a user without one that is known; empty: none
  /// Of the SMART configuration, under --auth jwt; empty: as the discovery says.
  std::vector<std::string> capabilities;
  std::int64_t skew_seconds = 60;              // of its clock
  std::int64_t lifetime_seconds_max = 86'400;  // of a token
  std::int64_t keys_kept_seconds = 300;        // before they are fetched again
  std::int64_t keys_stale_seconds = 86'400;    // how long they count when they cannot be
  std::int64_t refetch_seconds = 10;           // from one fetch to the next, whatever happens
};

/// An issuer of which only the URL is told.
///
/// errors   invalid: no https URL (http for this machine), or one with a query or fragment
fhir::Result<Issuer> issuer_at(std::string_view url);

/// The issuers of a settings file: an object with `issuers`, an array. A member that is not known
/// is an error: a mistyped limit must not be none.
///
/// errors   invalid, structure: what is wrong with it
fhir::Result<std::vector<Issuer>> issuers_of(std::string text);

}  // namespace server::security
