// "When a read request is made for the Binary resource that doesn't explicitly specify the FHIR
// content types … the content should be returned using the content type stated in the resource."
#include "src/rest/binary_content.h"

#include "fhir/formats/json_document.h"
#include "src/rest/answer.h"
#include "src/rest/base64.h"

namespace server::rest {
namespace {

/// What may stand in a header field.
bool is_field_value(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return !text.empty();
}

}  // namespace

http::Response content_response(std::string_view binary) {
  const auto document = fhir::json::Document::read(std::string(binary));
  if (!document) return fhir_response(200, std::string(binary));
  const fhir::json::Value& root = document->root();
  http::Response response;
  const std::string_view type = root.string_at("contentType");
  response.headers.add("Content-Type",
                       std::string(is_field_value(type) ? type : "application/octet-stream"));
  response.body = from_base64(root.string_at("data")).value_or("");
  const fhir::json::Value* context = root.find("securityContext");
  const std::string_view reference =
      context != nullptr ? context->string_at("reference") : std::string_view{};
  if (is_field_value(reference)) response.headers.add("X-Security-Context", std::string(reference));
  // Whoever stored it may mean harm to whoever opens it in a browser.
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("Content-Security-Policy", "sandbox; default-src 'none'");
  return response;
}

}  // namespace server::rest
