// Which pages of other origins may read our answers.
// https://fetch.spec.whatwg.org/#http-cors-protocol
#pragma once

#include <string>

#include "src/http/message.h"
#include "src/rest/context.h"

namespace server::rest {

/// Adds to an answer what lets an allowed origin read it; discovery of an authorization server is
/// for any. FHIR recommends CORS to servers that are used from browsers
/// (https://hl7.org/fhir/R4/security.html#cors).
void add_cors(const Options& options, const http::Request& request, http::Response& response);

/// What OPTIONS answers, a preflight or not.
/// allow   the methods of the path
http::Response options_response(const std::string& allow);

}  // namespace server::rest
