// Appends to one string; no streams, no locale.
#include "src/http/response_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "src/http/text.h"

namespace server::http {
namespace {

bool is_set_by_connection(std::string_view name) {
  switch (name.size()) {
    case 4:
      return equals_without_case(name, "Date");
    case 10:
      return equals_without_case(name, "Connection");
    case 14:
      return equals_without_case(name, "Content-Length");
    case 17:
      return equals_without_case(name, "Transfer-Encoding");
    default:
      return false;
  }
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  const auto begin = static_cast<std::ptrdiff_t>(out.size());
  out.append(value);
  std::replace_if(
      out.begin() + begin, out.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; },
      ' ');
  out.append("\r\n");
}

void append_status_line(std::string& out, unsigned status) {
  if (status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  out.append("HTTP/1.1 ");
  append_number(out, status);
  out.append(" ").append(reason_of(status)).append("\r\n");
}

// "A server MUST NOT send a Content-Length header field in any response with a status code of 1xx
// or 204" (RFC 9110 section 8.6); 304 could have one, but says nothing by it.
bool is_without_body(unsigned status) { return status < 200 || status == 204 || status == 304; }

/// Nothing when the end of the connection is the end of the body.
std::optional<std::uint64_t> size_of(const Response& response) {
  return response.source ? response.source->size() : response.body.size();
}

}  // namespace

bool write_head(const Response& response, const Framing& framing, std::string& out) {
  append_status_line(out, response.status);
  out.append("Date: ").append(framing.date).append("\r\n");
  if (!framing.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (framing.is_http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  const bool has_no_body = is_without_body(response.status);
  const auto& fields = response.headers;
  if (framing.is_head && response.body.empty() && fields.has("Content-Length")) {
    append_field(out, "Content-Length", fields.get("Content-Length"));
  } else if (framing.is_chunked) {
    if (!has_no_body) out.append("Transfer-Encoding: chunked\r\n");
  } else if (const auto size = size_of(response); size && !has_no_body) {
    out.append("Content-Length: ");
    append_number(out, *size);
    out.append("\r\n");
  }
  bool has_request_id = framing.request_id.empty();
  for (const auto& [name, value] : fields.fields()) {
    if (is_set_by_connection(name)) continue;
    has_request_id = has_request_id || equals_without_case(name, "X-Request-Id");
    append_field(out, name, value);
  }
  if (!has_request_id) append_field(out, "X-Request-Id", framing.request_id);
  for (const auto& [name, value] : framing.fields) {
    if (!fields.has(name)) append_field(out, name, value);
  }
  out.append("\r\n");
  const bool has_something = response.source != nullptr || !response.body.empty();
  return !has_no_body && !framing.is_head && has_something;
}

std::string_view reason_of(unsigned status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 203:
      return "Non-Authoritative Information";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "";
  }
}

}  // namespace server::http
