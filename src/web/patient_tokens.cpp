#include "src/web/patient_tokens.h"

#include <optional>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"
#include "src/rest/answer.h"
#include "src/rest/cors.h"
#include "src/rest/path.h"
#include "src/rest/router.h"

namespace server::web {
namespace {

constexpr std::size_t k_body_bytes_max = 64 * 1024;

using Maker = fhir::Result<std::string> (*)(const PatientTokenMakers& makers,
                                            const TokenRequest& asked);

Maker maker_of(const rest::Match& found) {
  if (!found.version.empty()) return nullptr;
  if (found.type == "Patient" && found.operation == "break-glass") return break_glass;
  if (found.type == "Consent" && found.operation == "access-token") return temporary_token;
  return nullptr;
}

fhir::Result<std::string> made(const PatientTokenMakers& makers, const http::Request& request,
                               const rest::Match& found, Maker maker) {
  FHIR_TRY(identity, makers.authorizer.identify(request.headers));
  auto speaker = makers.authorizer.speaker(request.headers);
  if (!speaker)
    return fhir::unexpected(fhir::make_issue(fhir::Situation::unauthenticated,
                                             fhir::IssueType::expired, "The token has just ended"));
  if (identity->is_emergency || !identity->consent.empty())
    return fhir::unexpected(fhir::make_issue(fhir::Situation::refused, fhir::IssueType::forbidden,
                                             "No token is made with a token of this kind"));
  if (request.body.size() > k_body_bytes_max)
    return fhir::unexpected(
        fhir::make_issue(fhir::IssueType::too_long, "The parameters are too long"));
  FHIR_TRY(document, fhir::json::Document::read(request.body.empty() ? "{}" : request.body));
  return maker(makers,
               {request, std::move(identity), *std::move(speaker), found.id, document.root()});
}

}  // namespace

http::Response PatientTokens::handle(http::Request& request) {
  const std::string_view path =
      std::string_view(request.target).substr(0, request.target.find('?'));
  if (request.method != http::Method::post || path.find('$') == std::string_view::npos)
    return api_.handle(request);
  std::string decoded;
  const auto below = rest::path_below(options_.base_path, path, decoded);
  const auto found = below ? rest::match(request.method, *below) : std::nullopt;
  const Maker maker = found && found->route != nullptr ? maker_of(*found) : nullptr;
  if (maker == nullptr || found->id.empty()) return api_.handle(request);
  auto text = made(makers_, request, *found, maker);
  http::Response response = text ? rest::fhir_response(200, *std::move(text))
                                 : rest::failure_response(rest::failure(std::move(text).error()));
  // "Cache-Control: no-store": what a token is made of is kept by nobody on the way.
  response.headers.set("Cache-Control", "no-store");
  response.headers.add("Pragma", "no-cache");
  if (response.status == 401)
    response.headers.add("WWW-Authenticate", makers_.authorizer.challenge(request.headers));
  response.label = "operation";
  rest::add_cors(options_, request, response);
  response.headers.add("X-Request-Id", request.id);
  return response;
}

std::string value_of(const fhir::json::Value& parameters, std::string_view name) {
  for (const fhir::json::Value& one : fhir::json::items_at(parameters, "parameter")) {
    if (one.string_at("name") != name) continue;
    for (const fhir::json::Member& member : one.members()) {
      if (!member.name().starts_with("value")) continue;
      if (!member.value.is_object()) return std::string(member.value.text());
      const std::string_view reference = member.value.string_at("reference");
      if (!reference.empty()) return std::string(reference);
      if (const std::string_view code = member.value.string_at("code"); !code.empty())
        return std::string(code);
      const fhir::json::Value* identifier = member.value.find("identifier");
      if (identifier == nullptr) return {};
      return std::string(identifier->string_at("system")) + "|" +
             std::string(identifier->string_at("value"));
    }
  }
  return {};
}

std::string told_token(const security::Grant& grant, const security::IssuedTokens& tokens) {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("resourceType", "Parameters").key("parameter").begin_array();
  const auto add = [&](std::string_view name, std::string_view value) {
    out.begin_object().string("name", name).string("valueString", value).end_object();
  };
  add("access_token", tokens.access);
  add("token_type", "Bearer");
  out.begin_object().string("name", "expires_in");
  out.number("valueInteger", tokens.access_seconds).end_object();
  add("scope", grant.scopes);
  add("patient", grant.patient);
  out.begin_object().string("name", "purpose").key("valueCoding").begin_object();
  out.string("system", consent::k_act_reason).string("code", grant.purpose).end_object();
  out.end_object().end_array().end_object();
  return text;
}

}  // namespace server::web
