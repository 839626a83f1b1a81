// Whether a token may use an interaction at all. What of the data it then meets is decided in the
// queries (src/access), for every interaction alike.
#pragma once

#include "src/rest/context.h"
#include "src/rest/router.h"

namespace server::rest {

/// Whether the route is open to everybody: what a client must read before it can ask for a token.
bool is_public(const Route& route);

/// Of a request, and of each entry of a bundle. Without an authorization server all is allowed.
///
/// errors   forbidden (403): an operation that cannot be held to the token's scopes, or one on a
///          type that they do not allow to read
fhir::Result<void, Failure> authorize(const Call& call, const Route& route);

}  // namespace server::rest
