// "Break the glass": what consents deny is lifted for one patient, for a reason that is kept.
// https://terminology.hl7.org/CodeSystem-v3-ActReason.html#v3-ActReason-BTG
#include <algorithm>
#include <array>

#include "src/web/patient_tokens.h"

namespace server::web {
namespace {

constexpr std::size_t k_reason_bytes_max = 1'000;

/// Who may be faced with an emergency.
constexpr auto k_roles = std::to_array<std::string_view>({"physician", "nurse"});

fhir::Unexpected<fhir::Issue> forbidden(std::string text) {
  return fhir::unexpected(
      fhir::make_issue(fhir::Situation::refused, fhir::IssueType::forbidden, std::move(text)));
}

std::string trimmed(const std::string& text) {
  const std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

}  // namespace

fhir::Result<std::string> break_glass(const PatientTokenMakers& makers, const TokenRequest& asked) {
  const access::Identity& identity = *asked.identity;
  if (std::find(k_roles.begin(), k_roles.end(), identity.role) == k_roles.end())
    return forbidden("Users of this role cannot break the glass");
  if (!makers.tell_emergency)
    return forbidden("The glass cannot be broken on a server that keeps no audit trail");
  const bool is_of_patient = identity.patient == asked.id;
  std::vector<security::Scope> scopes = identity.scopes;
  if (!is_of_patient) {
    std::erase_if(scopes, [](const security::Scope& scope) {
      return scope.context == security::ScopeContext::patient;
    });
  }
  security::Grant grant;
  grant.scopes = reading_scopes(scopes, true);
  if (grant.scopes.empty()) return forbidden("The token's scopes read nothing of this patient");
  grant.reason = trimmed(value_of(asked.parameters, "reason"));
  if (grant.reason.empty())
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::required, "The glass is broken for a reason"));
  if (grant.reason.size() > k_reason_bytes_max)
    return fhir::unexpected(fhir::make_issue(fhir::IssueType::too_long, "The reason is too long"));
  const auto snapshot = makers.snapshots.latest();
  FHIR_TRY(patient, snapshot->store().read("Patient", asked.id, asked.request.deadline));
  grant.patient = patient.id;
  grant.purpose = "BTG";
  grant.client_id = asked.speaker.client;
  grant.client_name = "Emergency access";
  grant.user = asked.speaker.user;
  grant.subject = asked.speaker.user;
  grant.fhir_user = identity.fhir_user;
  grant.role = identity.role;
  const std::int64_t now = makers.environment.now_ms();
  grant.authenticated_at = now;
  grant.expires_at = now + makers.emergency_ms;
  security::Grants grants(makers.environment);
  FHIR_TRY(kept, grants.add(std::move(grant)));
  makers.tell_emergency(kept, asked.request);
  FHIR_TRY(tokens, grants.issue(kept, kept.scopes, false));
  return told_token(kept, tokens);
}

}  // namespace server::web
