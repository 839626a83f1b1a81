// What clients learn of the authorization server before they use it.
// https://hl7.org/fhir/smart-app-launch/conformance.html
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "src/security/environment.h"

namespace server::security {

/// `[base]/.well-known/smart-configuration`
std::string smart_configuration(const AuthorizationOptions& options);

/// `[base]/.well-known/openid-configuration`
std::string openid_configuration(const AuthorizationOptions& options);

/// Name and URL of each endpoint as the extension oauth-uris of a CapabilityStatement names them.
std::vector<std::pair<std::string, std::string>> oauth_uris(const AuthorizationOptions& options);

}  // namespace server::security
