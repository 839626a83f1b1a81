// The pipeline, in the order a request passes it. The socket layer has done before: limits, access
// log, request id, decompression. https://hl7.org/fhir/R4/http.html
#include "src/rest/rest_handler.h"

#include <algorithm>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/negotiation.h"
#include "src/rest/path.h"
#include "src/rest/router.h"
#include "src/search/percent.h"

namespace server::rest {
namespace {

constexpr std::string_view k_health = "/health";
constexpr std::string_view k_metrics = "/metrics";

fhir::IssueType type_for(unsigned status) {
  switch (status) {
    case 401:
      return fhir::IssueType::login;
    case 403:
      return fhir::IssueType::forbidden;
    case 404:
      return fhir::IssueType::not_found;
    case 408:
    case 504:
      return fhir::IssueType::timeout;
    case 413:
    case 414:
    case 431:
      return fhir::IssueType::too_long;
    case 415:
    case 501:
    case 505:
      return fhir::IssueType::not_supported;
    case 429:
      return fhir::IssueType::throttled;
    case 503:
      return fhir::IssueType::transient;
    case 500:
      return fhir::IssueType::exception;
    default:
      return fhir::IssueType::invalid;
  }
}

http::Response plain(unsigned status, std::string_view content_type, std::string body,
                     std::string_view label) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", std::string(content_type));
  response.body = std::move(body);
  response.label = label;
  return response;
}

/// Whether more time would have brought an answer.
bool is_out_of_time(const Failure& failure) {
  const unsigned status = status_of(failure);
  return status == 503 || status == 504;
}

void make_pretty(http::Response& response) {
  auto document = fhir::json::Document::read(std::move(response.body));
  if (document) response.body = fhir::json::to_string(document->root(), true);
}

}  // namespace

RestHandler::RestHandler(Options options, std::shared_ptr<const Snapshot> snapshot,
                         http::Metrics& metrics)
    : options_(std::move(options)), snapshot_(std::move(snapshot)), metrics_(metrics) {}

void RestHandler::replace(std::shared_ptr<const Snapshot> snapshot) {
  std::atomic_store(&snapshot_, std::move(snapshot));
}

http::Placement RestHandler::placement(const http::Request& request) const {
  if (request.method != http::Method::get && request.method != http::Method::head)
    return http::Placement::worker;
  std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  if (path == k_health) return http::Placement::io_thread;
  if (!path.starts_with(options_.base_path) || path.size() <= options_.base_path.size())
    return http::Placement::worker;
  const auto found = match(request.method, path.substr(options_.base_path.size() + 1));
  return found && found->route != nullptr ? found->route->placement : http::Placement::worker;
}

http::Response RestHandler::service_endpoint(std::string_view path) const {
  if (path == k_metrics)
    return plain(200, "text/plain; version=0.0.4; charset=utf-8", metrics_.text(), "metrics");
  const bool is_healthy = std::atomic_load(&snapshot_)->store().is_healthy();
  return plain(is_healthy ? 200 : 503, "application/json",
               is_healthy ? R"({"status":"up"})" : R"({"status":"down"})", "health");
}

http::Response RestHandler::handle(http::Request& request) {
  const std::string_view path =
      std::string_view(request.target).substr(0, request.target.find('?'));
  if (path == k_health || path == k_metrics) return service_endpoint(path);
  Shape shape;
  Answer result = answer(request, shape);
  if (request.is_trial && !result && is_out_of_time(result.error())) {
    http::Response response;
    response.wants_worker = true;
    return response;
  }
  http::Response response = result ? *std::move(result) : failure_response(result.error());
  response.label = shape.label;
  if (!shape.allow.empty()) response.headers.add("Allow", std::move(shape.allow));
  if (shape.pretty && !response.body.empty()) make_pretty(response);
  response.headers.add("X-Request-Id", request.id);
  return response;
}

Answer RestHandler::answer(http::Request& request, Shape& shape) const {
  // 1. Route: what the URL names decides everything after it.
  auto refuse = [](fhir::Situation situation, fhir::IssueType type, std::string text) {
    return fhir::unexpected(rest::failure(fhir::make_issue(situation, type, std::move(text))));
  };
  const std::string_view target = request.target;
  const std::size_t mark = target.find('?');
  std::string decoded;
  REST_TRY(path, path_below(options_.base_path, target.substr(0, mark), decoded));
  const auto found = match(request.method, path);
  if (!found)
    return refuse(fhir::Situation::not_found, fhir::IssueType::not_found,
                  "Nothing is served under this URL");
  if (found->route == nullptr) {
    shape.allow = found->allow;
    return refuse(fhir::Situation::method_not_allowed, fhir::IssueType::not_supported,
                  "This URL takes " + found->allow);
  }
  const Route& route = *found->route;
  shape.label = route.interaction;

  // 2. Negotiate, before any work is done for an answer that nobody can read.
  Call call;
  REST_TRY(parameters,
           search::split_query(mark == std::string_view::npos ? std::string_view{}
                                                              : target.substr(mark + 1)));
  REST_TRY(presentation, negotiate(request.headers, parameters));
  shape.pretty = presentation.pretty;
  const bool has_resource_body =
      !request.body.empty() &&
      (request.method == http::Method::post || request.method == http::Method::put) &&
      route.interaction != "search-type";
  if (has_resource_body) {
    if (auto readable = check_content_type(request.headers); !readable)
      return fhir::unexpected(rest::failure(std::move(readable).error()));
  }

  // 3. The request sees one snapshot from here on.
  const std::shared_ptr<const Snapshot> snapshot = std::atomic_load(&snapshot_);
  call.options = &options_;
  call.snapshot = snapshot.get();
  call.metrics = &metrics_;
  call.type = found->type;
  call.id = found->id;
  call.version = found->version;
  call.operation = found->operation;
  call.parameters = std::move(parameters);
  call.body = request.body;
  call.headers = &request.headers;
  call.deadline = request.deadline;
  call.prefer_return = presentation.prefer_return;
  call.lenient = presentation.lenient;
  call.is_get = request.method == http::Method::get || request.method == http::Method::head;
  FHIR_CHECK(check_names(call));

  // 4. The interaction.
  return route.handle(call);
}

http::Response RestHandler::failure(unsigned status, std::string_view diagnostics) const {
  fhir::Issue issue = fhir::make_issue(type_for(status), std::string(diagnostics));
  http::Response response = fhir_response(status, outcome_json(std::span(&issue, 1)));
  if (status == 503 || status == 429) response.headers.set("Retry-After", "1");
  response.label = "refused";
  return response;
}

}  // namespace server::rest
