#include "src/http/answer.h"

#include <spdlog/spdlog.h>

#include <exception>
#include <typeinfo>
#include <utility>

namespace server::http {
namespace {

Response exception_of(const Handler& handler, const Request& request, const char* type) {
  spdlog::error("request {}: the handler threw {}", request.id, type);
  return failure_of(handler, 500, "The server failed to answer; its log knows why.");
}

}  // namespace

Response failure_of(const Handler& handler, unsigned status, std::string_view diagnostics) {
  try {
    return handler.failure(status, diagnostics);
  } catch (const std::exception& error) {
    spdlog::error("the handler threw {} while making a {}", typeid(error).name(), status);
  } catch (...) {
    spdlog::error("the handler threw while making a {}", status);
  }
  Response bare;
  bare.status = status;
  return bare;
}

Response answer(Handler& handler, Request& request, Coding coding, std::size_t decoded_bytes_max) {
  try {
    if (coding != Coding::identity) {
      std::string plain;
      const auto outcome = decode(coding, request.body, decoded_bytes_max, plain);
      if (outcome == DecodeOutcome::too_large) {
        return failure_of(handler, 413, "The decompressed body is larger than this server reads.");
      }
      if (outcome == DecodeOutcome::bad_data) {
        return failure_of(handler, 400,
                          "The body is not in the coding its Content-Encoding names.");
      }
      request.body = std::move(plain);
    }
    return handler.handle(request);
  } catch (const std::exception& error) {
    return exception_of(handler, request, typeid(error).name());
  } catch (...) {
    return exception_of(handler, request, "something that is no std::exception");
  }
}

void compress(Response& response, std::string_view accept_encoding, std::size_t bytes_min) {
  if (response.body.size() < bytes_min || response.headers.has("Content-Encoding") ||
      !is_compressible(response.headers.get("Content-Type"))) {
    return;
  }
  const auto vary = response.headers.get("Vary");
  response.headers.set("Vary",
                       vary.empty() ? "Accept-Encoding" : std::string(vary) + ", Accept-Encoding");
  if (accept_encoding.empty() || !accepts_gzip(accept_encoding)) return;
  auto packed = gzip(response.body);
  if (packed.empty() || packed.size() >= response.body.size()) return;
  response.body = std::move(packed);
  response.headers.add("Content-Encoding", "gzip");
}

}  // namespace server::http
