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

namespace {

/// "An origin server MUST … ensure that [strong] entity tags … change whenever a change occurs to
/// the representation data": the packed form has a tag of its own (RFC 9110 section 8.8.3).
void compress_source(Response& response) {
  auto packed = gzip(response.source);
  if (packed == nullptr) return;
  response.source = std::move(packed);
  response.headers.add("Content-Encoding", "gzip");
  std::string tag(response.headers.get("ETag"));
  if (!tag.starts_with('"') || tag.size() < 2) return;
  tag.insert(tag.size() - 1, "-gzip");
  response.headers.set("ETag", std::move(tag));
}

bool is_worth_it(const Response& response, std::size_t bytes_min) {
  if (response.source == nullptr) return response.body.size() >= bytes_min;
  const auto size = response.source->size();  // a part is of the plain form
  return response.status == 200 && (!size || *size >= bytes_min);
}

}  // namespace

void compress(Response& response, std::string_view accept_encoding, std::size_t bytes_min) {
  if (!is_worth_it(response, bytes_min) || response.headers.has("Content-Encoding") ||
      !is_compressible(response.headers.get("Content-Type"))) {
    return;
  }
  const auto vary = response.headers.get("Vary");
  response.headers.set("Vary",
                       vary.empty() ? "Accept-Encoding" : std::string(vary) + ", Accept-Encoding");
  if (accept_encoding.empty() || !accepts_gzip(accept_encoding)) return;
  if (response.source != nullptr) return compress_source(response);
  auto packed = gzip(std::string_view(response.body));
  if (packed.empty() || packed.size() >= response.body.size()) return;
  response.body = std::move(packed);
  response.headers.add("Content-Encoding", "gzip");
}

}  // namespace server::http
