// Short-lived tokens for the record of one patient: in an emergency, and for somebody outside to
// whom the patient's Consent permits it. In front of the FHIR API:
//   POST [base]/Patient/{id}/$break-glass    reason, purpose?
//   POST [base]/Consent/{id}/$access-token   actor?, purpose?, scope?
#pragma once

#include <cstdint>
#include <string_view>

#include "src/consent/consent_bounds.h"
#include "src/http/message.h"
#include "src/rest/context.h"
#include "src/rest/snapshot_source.h"
#include "src/security/grants.h"
#include "src/web/emergencies.h"
#include "src/web/token_authorizer.h"

namespace server::web {

/// What the two operations share. All outlive whoever is given them.
struct PatientTokenMakers {
  const security::Environment& environment;
  TokenAuthorizer& authorizer;
  rest::SnapshotSource& snapshots;
  consent::ConsentBounds& consents;
  const Emergencies& emergencies;
  std::int64_t temporary_ms = 0;  // how long a token of a Consent is good
};

class PatientTokens final : public http::Handler {
 public:
  /// All outlive this.
  PatientTokens(const PatientTokenMakers& makers, const rest::Options& options, http::Handler& api)
      : makers_(makers), options_(options), api_(api) {}

  http::Placement placement(const http::Request& request) const override {
    return api_.placement(request);
  }
  http::Response handle(http::Request& request) override;
  http::Response failure(unsigned status, std::string_view diagnostics) const override {
    return api_.failure(status, diagnostics);
  }

 private:
  const PatientTokenMakers& makers_;
  const rest::Options& options_;
  http::Handler& api_;
};

/// What the bearer of a token asks for, and who that is.
struct TokenRequest {
  const http::Request& request;
  std::shared_ptr<const access::Identity> identity;
  TokenAuthorizer::Speaker speaker;
  std::string_view id;                  // in the path
  const fhir::json::Value& parameters;  // a Parameters resource
};

/// errors   forbidden: not an emergency's role, no audit trail, no scope for this patient ·
///          required: no reason · value: a reason or purpose that the role has not · not-found: no
///          such patient
fhir::Result<std::string> break_glass(const PatientTokenMakers& makers, const TokenRequest& asked);

/// errors   forbidden: the bearer is neither the patient nor an administrator, or the Consent does
///          not permit it · not-found: no such Consent that is active
fhir::Result<std::string> temporary_token(const PatientTokenMakers& makers,
                                          const TokenRequest& asked);

/// Whether the Consent that a grant comes of still is as it was, and permits it now.
bool still_holds(const consent::ConsentBounds& consents, const security::Grant& grant);

/// Of a parameter its value as text; empty when it is not there. Of a Coding its code, of a
/// reference `Type/id` or `system|value`.
std::string value_of(const fhir::json::Value& parameters, std::string_view name);

/// A Parameters resource that tells the token of a grant.
std::string told_token(const security::Grant& grant, const security::IssuedTokens& tokens);

}  // namespace server::web
