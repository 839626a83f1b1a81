// "Break the glass": what consents deny is lifted for one patient, for a reason that is kept.
// https://terminology.hl7.org/CodeSystem-v3-ActReason.html#v3-ActReason-BTG
#include <algorithm>

#include "src/web/patient_tokens.h"

namespace server::web {
namespace {

fhir::Unexpected<fhir::Issue> forbidden(std::string text) {
  return fhir::unexpected(
      fhir::make_issue(fhir::Situation::refused, fhir::IssueType::forbidden, std::move(text)));
}

}  // namespace

fhir::Result<std::string> break_glass(const PatientTokenMakers& makers, const TokenRequest& asked) {
  const access::Identity& identity = *asked.identity;
  if (!makers.emergencies.tell)
    return forbidden("The glass cannot be broken on a server that keeps no audit trail");
  const policy::Emergency* terms = makers.emergencies.of(identity.role);
  if (terms == nullptr) return forbidden("Users of this role cannot break the glass");
  const bool is_of_patient = identity.patient == asked.id;
  std::vector<security::Scope> scopes = identity.scopes;
  if (!is_of_patient) {
    std::erase_if(scopes, [](const security::Scope& scope) {
      return scope.context == security::ScopeContext::patient;
    });
  }
  security::Grant grant;
  grant.scopes = text_of(security::of_one_patient(scopes, terms->rights, true));
  if (grant.scopes.empty()) return forbidden("The token's scopes read nothing of this patient");
  FHIR_TRY(reason, policy::emergency_reason(*terms, value_of(asked.parameters, "reason"), {}));
  FHIR_TRY(purpose, policy::emergency_purpose(*terms, value_of(asked.parameters, "purpose")));
  grant.reason = std::move(reason);
  grant.purpose = std::move(purpose);
  const auto snapshot = makers.snapshots.latest();
  FHIR_TRY(patient, snapshot->store().read("Patient", asked.id, asked.request.deadline));
  grant.patient = patient.id;
  grant.client_id = asked.speaker.client;
  grant.client_name = "Emergency access";
  grant.user = asked.speaker.user;
  grant.subject = asked.speaker.user;
  grant.fhir_user = identity.fhir_user;
  grant.role = identity.role;
  const std::int64_t now = makers.environment.now_ms();
  grant.authenticated_at = now;
  grant.expires_at = now + makers.emergencies.lasts_ms(*terms);
  security::Grants grants(makers.environment);
  FHIR_TRY(kept, grants.add(std::move(grant)));
  makers.emergencies.tell(kept, asked.request);
  FHIR_TRY(tokens, grants.issue(kept, kept.scopes, false));
  return told_token(kept, tokens);
}

}  // namespace server::web
