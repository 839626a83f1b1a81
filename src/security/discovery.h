// What clients learn of the authorization server before they use it.
// https://hl7.org/fhir/smart-app-launch/conformance.html
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fhir/formats/json_value.h"
#include "src/security/environment.h"
#include "src/security/issuer.h"

namespace server::security {

/// `[base]/.well-known/smart-configuration`
std::string smart_configuration(const AuthorizationOptions& options);

/// `[base]/.well-known/openid-configuration`
std::string openid_configuration(const AuthorizationOptions& options);

/// Name and URL of each endpoint as the extension oauth-uris of a CapabilityStatement names them.
std::vector<std::pair<std::string, std::string>> oauth_uris(const AuthorizationOptions& options);

/// Both where an outside issuer is the only authorization server: what it says of itself, as far as
/// it is for apps, and that this server holds to scopes.
///
/// discovery   of the issuer
std::string outside_smart_configuration(const Issuer& issuer, const fhir::json::Value& discovery);
std::vector<std::pair<std::string, std::string>> outside_oauth_uris(
    const fhir::json::Value& discovery);

}  // namespace server::security
