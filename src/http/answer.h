// From a request that was read whole to the response that is sent; knows no socket.
#pragma once

#include <cstddef>
#include <string_view>

#include "src/http/compression.h"
#include "src/http/message.h"

namespace server::http {

/// The handler's response for a failure of the HTTP layer; an empty one should it throw.
Response failure_of(const Handler& handler, unsigned status, std::string_view diagnostics);

/// Unpacks the body where `coding` says so, then lets the handler answer.
///
/// A body that cannot be unpacked is 400 or 413; an exception out of the handler is 500 and one
/// line in the log with the request's id and the exception's type, as its text may quote a patient.
Response answer(Handler& handler, Request& request, Coding coding, std::size_t decoded_bytes_max);

/// Replaces the body by its gzip form when the client takes it and it is worth it; adds Vary and
/// Content-Encoding.
void compress(Response& response, std::string_view accept_encoding, std::size_t bytes_min);

}  // namespace server::http
