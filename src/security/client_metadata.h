// What an app says of itself when it registers. https://www.rfc-editor.org/rfc/rfc7591#section-2
#pragma once

#include <string>
#include <string_view>

#include "fhir/formats/json_writer.h"
#include "src/security/clients.h"
#include "src/security/oauth_error.h"

namespace server::security {

/// Reads metadata into a client that has neither id nor secret yet.
///
/// mode      of an open registration no backend service comes, and no URL that this server would
///           have to fetch for whoever asks
/// errors    invalid_redirect_uri: none, or one that is neither https nor of the app's own machine
/// ·
///           invalid_client_metadata
OAuthResult<Client> client_of_metadata(std::string_view body, RegistrationMode mode);

/// The metadata of a client, as members of an object that has begun.
void append_metadata(fhir::json::Builder& out, const Client& client);

}  // namespace server::security
