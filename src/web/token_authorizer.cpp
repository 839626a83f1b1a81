// https://www.rfc-editor.org/rfc/rfc6750
#include "src/web/token_authorizer.h"

#include <algorithm>

#include "src/security/grants.h"

namespace server::web {
namespace {

constexpr std::string_view k_scheme = "bearer ";

/// Empty when there is none. A token in the URL is none: URLs are logged.
std::string_view token_of(const http::Headers& headers) {
  std::string_view value = headers.get("Authorization");
  const bool is_bearer =
      value.size() > k_scheme.size() &&
      std::equal(k_scheme.begin(), k_scheme.end(), value.begin(), [](char a, char b) {
        return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
      });
  if (!is_bearer) return {};
  value.remove_prefix(k_scheme.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  return value;
}

}  // namespace

fhir::Result<access::Identity> TokenAuthorizer::identify(const http::Headers& headers) const {
  const std::string_view token = token_of(headers);
  if (token.empty())
    return fhir::unexpected(fhir::make_issue(fhir::Situation::unauthenticated,
                                             fhir::IssueType::login,
                                             "This server asks for an access token"));
  FHIR_TRY(active, security::Grants(environment_).access(token));
  if (!active)
    return fhir::unexpected(fhir::make_issue(fhir::Situation::unauthenticated,
                                             fhir::IssueType::expired,
                                             "The access token is not good, or no longer"));
  access::Identity identity;
  identity.scopes = security::parse_scopes(active->scopes);
  identity.patient = active->grant.patient;
  identity.is_patient_user = active->grant.is_patient_user;
  identity.user_patients = active->grant.user_patients;
  return identity;
}

std::string TokenAuthorizer::challenge(const http::Headers& headers) const {
  std::string out = "Bearer realm=\"MediSync\"";
  if (!token_of(headers).empty()) out += ", error=\"invalid_token\"";
  return out;
}

}  // namespace server::web
