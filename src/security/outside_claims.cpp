#include "src/security/outside_claims.h"

#include <algorithm>

#include "src/security/claims.h"
#include "src/security/users.h"

namespace server::security {
namespace {

using fhir::json::Value;

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  });
}

/// `Practitioner/1` of a reference that is relative or of this server; another's users are nobody
/// here.
std::string local_reference(std::string_view text, std::string_view base_url) {
  if (text.starts_with(base_url) && text.substr(base_url.size()).starts_with('/'))
    text.remove_prefix(base_url.size() + 1);
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || !is_id(text.substr(slash + 1))) return {};
  for (const std::string_view type :
       {"Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "Person"}) {
    if (text.substr(0, slash) == type) return std::string(text);
  }
  return {};
}

std::string patient_of(const Issuer& issuer, const Value& claims) {
  std::string id = claim_text(claims, issuer.claims.patient);
  if (id.starts_with("Patient/")) id.erase(0, std::string_view("Patient/").size());
  return is_id(id) ? id : std::string();
}

std::string role_of(const Issuer& issuer, const Value& claims) {
  const auto given = claim_texts(claims, issuer.claims.role);
  const auto has = [&](const std::string& name) {
    return std::find(given.begin(), given.end(), name) != given.end();
  };
  for (const auto& [theirs, ours] : issuer.roles) {
    if (has(theirs)) return ours;
  }
  if (!issuer.roles.empty()) return {};
  const auto ours = std::find_if(given.begin(), given.end(),
                                 [](const std::string& name) { return Users::is_role(name); });
  return ours == given.end() ? std::string() : *ours;
}

std::vector<Scope> scopes_of(const Issuer& issuer, const Value& claims,
                             const std::function<bool(const Scope&)>& is_enforced) {
  std::string text;
  for (const std::string& one : claim_texts(claims, issuer.claims.scopes))
    text.append(one).append(" ");
  auto scopes = parse_scopes(text);
  std::erase_if(scopes, [&](const Scope& scope) {
    return scope.is_of_resources() && is_enforced && !is_enforced(scope);
  });
  return scopes;
}

std::string client_of(const Issuer& issuer, const Value& claims) {
  if (!issuer.claims.client.empty()) return claim_text(claims, issuer.claims.client);
  const std::string_view id = claims.string_at("client_id");
  return std::string(id.empty() ? claims.string_at("azp") : id);
}

/// Of a user whose role nobody told: one of whom only its own data are known is a patient.
std::string assumed_role(const Grant& grant, const Issuer& issuer) {
  if (grant.fhir_user.starts_with("Patient/") || grant.fhir_user.starts_with("RelatedPerson/"))
    return "patient";
  if (!issuer.default_role.empty()) return issuer.default_role;
  return grant.fhir_user.empty() && !grant.patient.empty() ? "patient" : "";
}

}  // namespace

Grant grant_of_claims(const Issuer& issuer, const Value& claims, std::string_view base_url,
                      const std::function<bool(const Scope&)>& is_enforced) {
  Grant grant;
  const std::string_view subject = claims.string_at("sub");
  grant.subject = issuer.issuer + "|" + std::string(subject);
  grant.client_id = client_of(issuer, claims);
  if (grant.client_id.empty()) grant.client_id = issuer.issuer;
  grant.client_name = grant.client_id;
  grant.fhir_user = local_reference(claim_text(claims, issuer.claims.fhir_user), base_url);
  grant.patient = patient_of(issuer, claims);
  grant.purpose = claim_text(claims, issuer.claims.purpose);
  grant.role = role_of(issuer, claims);
  auto scopes = scopes_of(issuer, claims, is_enforced);
  const bool is_user =
      !grant.fhir_user.empty() || !grant.role.empty() ||
      std::any_of(scopes.begin(), scopes.end(), [](const Scope& scope) {
        return scope.context == ScopeContext::user || scope.context == ScopeContext::patient;
      });
  if (is_user) {
    grant.user = subject;
    if (grant.role.empty()) grant.role = assumed_role(grant, issuer);
    std::erase_if(scopes, [&](const Scope& scope) {
      return scope.context == ScopeContext::system ||
             (scope.context == ScopeContext::user && grant.role.empty());
    });
  }
  grant.scopes = text_of(scopes);
  grant.is_patient_user = grant.role == "patient";
  if (grant.is_patient_user) {
    if (grant.fhir_user.starts_with("Patient/"))
      grant.user_patients.push_back(grant.fhir_user.substr(std::string_view("Patient/").size()));
    if (!grant.patient.empty()) grant.user_patients.push_back(grant.patient);
  }
  return grant;
}

}  // namespace server::security
