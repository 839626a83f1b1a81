// The pipeline, in the order a request passes it. The socket layer has done before: limits, access
// log, request id, decompression. https://hl7.org/fhir/R4/http.html
#include "src/rest/rest_handler.h"

#include <algorithm>
#include <exception>
#include <thread>

#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"
#include "fhir/model/xml_writer.h"
#include "src/access/guarded_store.h"
#include "src/jobs/request_jobs.h"
#include "src/rest/answer.h"
#include "src/rest/authorize.h"
#include "src/rest/authorizer.h"
#include "src/rest/cors.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/negotiation.h"
#include "src/rest/path.h"
#include "src/rest/rest_operations.h"
#include "src/rest/router.h"
#include "src/search/percent.h"
#include "src/storage/cancellation.h"

namespace server::rest {
namespace {

// Threads beside the workers, for the parts of batches: parts that write wait for the disk
// together.
constexpr unsigned k_helpers_per_core = 4, k_helpers_max = 32;
constexpr std::size_t k_correlation_id_max = 256;
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

/// Whether the body of a request is a resource, and not a form or a patch.
bool takes_resource(const http::Request& request, const Route& route) {
  return !request.body.empty() && !route.interaction.starts_with("search-") &&
         (request.method == http::Method::post || request.method == http::Method::put);
}

/// Whether the answer is made anew from what is stored: work for a worker.
bool is_rewritten(const http::Request& request) {
  if (request.headers.get("Accept").find("xml") != std::string_view::npos) return true;
  const std::size_t mark = request.target.find('?');
  if (mark == std::string::npos) return false;
  const std::string_view query = std::string_view(request.target).substr(mark);
  for (std::string_view name : {"_format=", "_pretty=", "_summary=", "_elements="}) {
    if (query.find(name) != std::string_view::npos) return true;
  }
  return false;
}

/// A Binary takes bytes of any type, and so does an operation that says so.
bool takes_any_type(const Route& route, const Match& match) {
  if (!match.operation.empty()) return operation_takes_any_type(match.operation);
  return match.type == "Binary" &&
         (route.interaction == "create" || route.interaction == "update" ||
          route.interaction == "conditional-update");
}

/// Whether some questions to an operation are answered on the spot.
bool is_quick_at_times(std::string_view name) {
  const auto all = operations::all_operations();
  return std::any_of(all.begin(), all.end(), [&](const operations::Operation& operation) {
    return operation.is_quick != nullptr && operation.name == name;
  });
}

/// "the server can respond asynchronously": what costs less than to be taken in does not.
///
/// Exports and imports are, in a way of their own.
bool may_be_answered_later(const Route& route, const Match& match) {
  return match.operation != "export" && match.operation != "import" &&
         route.placement != http::Placement::io_thread && route.interaction != "capabilities" &&
         !route.interaction.starts_with("async-");
}

/// "A client assigned request id echoed back in the response": what came as X-Correlation-Id, or an
/// X-Request-Id that is another now.
void add_correlation_id(const http::Request& request, http::Response& response) {
  std::string_view id = request.headers.get("X-Correlation-Id");
  if (id.empty()) id = request.headers.get("X-Request-Id");
  if (id.empty() || id == request.id || id.size() > k_correlation_id_max) return;
  const bool is_plain =
      std::all_of(id.begin(), id.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (is_plain) response.headers.add("X-Correlation-Id", std::string(id));
}

template <class T>
std::shared_ptr<T> view_of(const std::shared_ptr<T>& shared) {
  return {std::shared_ptr<void>(), shared.get()};
}

/// The same snapshot, whose parts live no longer than it.
Snapshot view_of(const Snapshot& snapshot) {
  Snapshot view;
  const operations::Services& services = snapshot.services;
  view.services.definitions = view_of(services.definitions);
  view.services.terminology = view_of(services.terminology);
  view.services.validator = view_of(services.validator);
  view.services.store = services.store;
  view.services.expansion_codes_max = services.expansion_codes_max;
  view.services.streamed_codes_max = services.streamed_codes_max;
  view.extractor = view_of(snapshot.extractor);
  view.policies = view_of(snapshot.policies);
  view.capability_statement = view_of(snapshot.capability_statement);
  view.normative_capabilities = view_of(snapshot.normative_capabilities);
  view.terminology_capabilities = view_of(snapshot.terminology_capabilities);
  view.reindexer = snapshot.reindexer;
  view.number = snapshot.number;
  view.shown_store = view_of(snapshot.shown_store);
  return view;
}

bool gives_any_type(const Route& route, const Match& match) {
  if (!match.file.empty()) return true;
  return match.type == "Binary" && (route.interaction == "read" || route.interaction == "vread");
}

}  // namespace

RestHandler::RestHandler(Options options, SnapshotSource& snapshots, http::Metrics& metrics)
    : options_(std::move(options)),
      snapshots_(snapshots),
      metrics_(metrics),
      helpers_(std::clamp(k_helpers_per_core * std::thread::hardware_concurrency(), 1u,
                          k_helpers_max)) {}

http::Placement RestHandler::placement(const http::Request& request) const {
  if (request.method != http::Method::get && request.method != http::Method::head)
    return http::Placement::worker;
  std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  if (path == k_health) return http::Placement::io_thread;
  if (!path.starts_with(options_.base_path) || path.size() <= options_.base_path.size())
    return http::Placement::worker;
  if (is_rewritten(request)) return http::Placement::worker;
  const auto found = match(request.method, path.substr(options_.base_path.size() + 1));
  if (!found || found->route == nullptr) return http::Placement::worker;
  http::Placement placement = found->route->placement;
  if (!found->operation.empty() && is_quick_at_times(found->operation))
    placement = http::Placement::io_thread_first;
  const bool may_come_later = placement == http::Placement::io_thread_first && jobs_ != nullptr &&
                              request.headers.has("Prefer");
  return may_come_later ? http::Placement::worker : placement;
}

http::Response RestHandler::service_endpoint(std::string_view path) const {
  if (path == k_metrics)
    return plain(200, "text/plain; version=0.0.4; charset=utf-8", metrics_.text(), "metrics");
  const bool is_healthy = snapshots_.present()->store().is_healthy();
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
  if (!shape.format) {  // refused before it came to that
    Parameters none;
    const auto wanted = negotiate(request.headers, none);
    shape.format = wanted ? wanted->format : Format::json;
    if (wanted) shape.generic_type = wanted->generic_type;
  }
  if (response.status == 401 && options_.authorizer != nullptr)
    response.headers.add("WWW-Authenticate", options_.authorizer->challenge(request.headers));
  if (response.status == 429 && !response.headers.has("Retry-After"))
    response.headers.add("Retry-After", "1");
  present(response, shape);
  // "the server SHOULD respond with the requested mime type"
  if (!shape.generic_type.empty() &&
      response.headers.get("Content-Type") == content_type_of(*shape.format))
    response.headers.set("Content-Type", std::string(shape.generic_type) + "; charset=utf-8");
  add_cors(options_, request, response);
  response.headers.add("X-Request-Id", request.id);
  add_correlation_id(request, response);
  return response;
}

/// Everything is written as compact JSON, and becomes here what the client asked for.
void RestHandler::present(http::Response& response, const Shape& shape) const {
  const bool is_xml = shape.format == Format::xml;
  if (response.body.empty() || (!is_xml && !shape.pretty)) return;
  if (response.headers.get("Content-Type") != content_type_of(Format::json)) return;
  auto document = fhir::json::Document::read(std::move(response.body));
  if (!document) return;
  if (is_xml) {
    const auto snapshot = shape.snapshot ? shape.snapshot : snapshots_.present();
    response.body = fhir::write_xml(document->root(), snapshot->definitions(), shape.pretty);
    response.headers.set("Content-Type", std::string(content_type_of(Format::xml)));
  } else {
    response.body = fhir::json::to_string(document->root(), true);
  }
}

http::Response RestHandler::handle_later(http::Request& request, jobs::Progress& progress) const
    try {
  const storage::CancelScope scope(progress.is_cancelled);
  Shape shape;
  Answer result = answer(request, shape, &progress);
  return result ? *std::move(result) : failure_response(result.error());
} catch (const std::exception&) {
  return failure(500, "The server failed while it worked on this request");
}

/// "202 Accepted … Content-Location: the absolute URL of an endpoint for subsequent status
/// requests"
Answer RestHandler::accept_for_later(const http::Request& request) const {
  std::string owner;
  if (options_.authorizer != nullptr) {
    REST_TRY(known, options_.authorizer->owner(request.headers));
    owner = std::move(known);
  }
  REST_TRY(id, jobs_->accept(request, owner));
  http::Response response = done_response(
      202, "The request is taken in; Content-Location tells where its answer will be");
  response.headers.add("Content-Location", options_.base_url + "/_async/" + id);
  response.headers.add("Preference-Applied", "respond-async");
  response.headers.add("Retry-After", "1");
  return response;
}

Answer RestHandler::answer(http::Request& request, Shape& shape, jobs::Progress* progress) const {
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
    if (request.method == http::Method::options) return options_response(found->allow);
    shape.allow = found->allow;
    return refuse(fhir::Situation::method_not_allowed, fhir::IssueType::not_supported,
                  "This URL takes " + found->allow);
  }
  const Route& route = *found->route;
  shape.label = route.interaction;

  // 2. Authenticate, before anything is told that depends on what is here.
  std::shared_ptr<const access::Identity> identity;
  if (options_.authorizer != nullptr && !is_public(route)) {
    REST_TRY(identified, options_.authorizer->identify(request.headers));
    identity = std::move(identified);
  }

  // 3. Negotiate, before any work is done for an answer that nobody can read.
  Call call;
  REST_TRY(parameters,
           search::split_query(mark == std::string_view::npos ? std::string_view{}
                                                              : target.substr(mark + 1)));
  const bool any_type = gives_any_type(route, *found);
  REST_TRY(presentation, negotiate(request.headers, parameters, any_type));
  shape.format = presentation.format;
  shape.generic_type = presentation.generic_type;
  shape.pretty = presentation.pretty;
  call.wants_content =
      any_type && (!presentation.names_format || !presentation.generic_type.empty());
  if (takes_resource(request, route) && !takes_any_type(route, *found)) {
    REST_TRY(format, body_format(request.headers));
    call.body_format = format;
  }

  // 4. The request sees one snapshot from here on. A network thread waits for no new one: what it
  // serves asks the definitions nothing.
  if (route.placement == http::Placement::io_thread) {
    shape.snapshot = snapshots_.present();
  } else {
    shape.snapshot = request.is_trial ? snapshots_.latest_if_ready() : snapshots_.latest();
    if (shape.snapshot == nullptr) return left_to_worker();
  }
  const std::shared_ptr<const Snapshot>& snapshot = shape.snapshot;
  call.options = &options_;
  call.snapshot = snapshot.get();
  call.metrics = &metrics_;
  call.type = found->type;
  call.id = found->id;
  call.version = found->version;
  call.operation = found->operation;
  call.member = found->member;
  call.file = found->file;
  call.parameters = std::move(parameters);
  call.body = request.body;
  call.body_follows = request.body_follows;
  call.headers = &request.headers;
  call.deadline = request.deadline;
  call.helpers = &helpers_;
  call.jobs = jobs_;
  call.exports = exports_;
  call.imports = imports_;
  call.progress = progress;
  call.prefer_return = presentation.prefer_return;
  call.lenient = presentation.lenient;
  call.respond_async = presentation.respond_async;
  call.is_head = request.method == http::Method::head;
  call.is_get = request.method == http::Method::get || request.method == http::Method::head;
  call.is_trial = request.is_trial;
  // An answer for later is kept as JSON, and an indented one is made of the whole.
  call.takes_pieces = progress == nullptr && !presentation.pretty;
  if (presentation.format == Format::xml) call.notation = operations::Notation::xml;
  FHIR_CHECK(check_names(call));
  // 5. The interaction; later, when the client would rather not wait.
  const bool is_for_later = presentation.respond_async && jobs_ != nullptr && progress == nullptr &&
                            may_be_answered_later(route, *found);
  const auto interact = [&] {
    return is_for_later ? accept_for_later(request) : route.handle(call);
  };
  if (identity == nullptr) return interact();

  // 6. Authorize before: from here on the store shows and takes what the token allows.
  const access::Access access(std::move(identity), snapshot->definitions(),
                              snapshot->extractor.get(), options_.bounds, snapshot->policies.get(),
                              snapshot->number);
  access::GuardedStore store(snapshot->store(), access);
  // A read ends before its snapshot does, and counts no references to the parts of it.
  Snapshot guarded = route.placement == http::Placement::io_thread ? view_of(*snapshot) : *snapshot;
  guarded.services.store = &store;
  call.snapshot = &guarded;
  call.access = &access;
  FHIR_CHECK(authorize(call, route));
  return interact();
}

http::Response RestHandler::failure(unsigned status, std::string_view diagnostics) const {
  fhir::Issue issue = fhir::make_issue(type_for(status), std::string(diagnostics));
  http::Response response = fhir_response(status, outcome_json(std::span(&issue, 1)));
  if (status == 503 || status == 429) response.headers.set("Retry-After", "1");
  response.label = "refused";
  return response;
}

}  // namespace server::rest
