// The status line and header fields of a response as they go over the wire.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "src/http/message.h"

namespace server::http {

/// What the connection adds to what the handler said.
struct Framing {
  std::string_view date;
  std::string_view request_id;
  bool is_http_1_0 = false;
  bool keep_alive = true;
  bool is_chunked = false;  // a source that does not know its size
  bool is_head = false;     // answers HEAD: no body, the Content-Length of GET
  std::span<const std::pair<std::string, std::string>> fields = {};  // but for those it has itself
};

/// Appends the head of `response` to `out` and returns whether its body, or its source, follows.
///
/// Connection, Content-Length, Transfer-Encoding and Date are the connection's business and not
/// taken from the response (but the Content-Length of a HEAD answer without body is). Control
/// characters in a field become spaces, so that no value can end its line.
/// source    https://www.rfc-editor.org/rfc/rfc9112
bool write_head(const Response& response, const Framing& framing, std::string& out);

/// The reason phrase of RFC 9110 section 15; empty for a status it does not list.
std::string_view reason_of(unsigned status);

}  // namespace server::http
