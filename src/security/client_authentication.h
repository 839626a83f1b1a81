// Who sends a request to the token endpoint: none, a secret, or a signed assertion.
// https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html
#pragma once

#include <string_view>

#include "src/security/clients.h"
#include "src/security/form.h"
#include "src/security/oauth_error.h"

namespace server::security {

inline constexpr std::string_view k_jwt_bearer =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The client of a request, proven as its registration asks.
///
/// authorization   the header's value; may be empty
/// errors          invalid_client (401): unknown, not proven, an assertion that is expired, not yet
///                 valid, for others, or was used before · invalid_request: two ways at once
OAuthResult<Client> authenticate_client(const Environment& environment, const Form& form,
                                        std::string_view authorization);

}  // namespace server::security
