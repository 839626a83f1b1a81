#include "src/rest/graphql_run.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "fhir/formats/json_writer.h"
#include "src/graphql/executor.h"
#include "src/graphql/parser.h"
#include "src/graphql/validator.h"
#include "src/rest/answer.h"
#include "src/rest/base64.h"
#include "src/rest/graphql_source.h"
#include "src/rest/search_request.h"
#include "terminology/terminology.h"

namespace server::rest {
namespace {

using graphql::Errors;
using DataResult = fhir::Result<std::string, Errors>;

/// Where a query begins.
struct Focus {
  graphql::Shape root;
  graphql::Address address;             // of a stored resource; empty: the system
  std::optional<std::string> resource;  // one at hand
};

/// A mutation writes: by POST, of the system, and not among the reads of a bundle.
fhir::Result<void, Errors> check_mutation(const Call& call, const graphql::Operation& operation,
                                          const Focus& focus) {
  const bool is_of_system = focus.address.type.empty() && !focus.resource;
  if (!call.is_get && !call.is_entry && is_of_system) return {};
  graphql::Error error;
  error.issue = fhir::make_issue(
      call.is_get ? fhir::Situation::method_not_allowed : fhir::Situation::malformed,
      fhir::IssueType::not_supported,
      call.is_get    ? "A mutation is sent by POST"
      : is_of_system ? "A bundle writes by its own entries, not by mutations"
                     : "A mutation is sent to the $graphql of the system");
  error.issue.line = operation.at.line;
  error.issue.column = operation.at.column;
  return fhir::unexpected(Errors{std::move(error)});
}

/// What the graph says of itself is the same as long as the definitions are, and long: the answers
/// to the last few documents that ask for nothing else are kept.
class IntrospectionAnswers {
 public:
  using Definitions = std::shared_ptr<const fhir::DefinitionStore>;

  std::optional<std::string> find(const Definitions& definitions, const std::string& key) {
    const std::lock_guard lock(mutex_);
    if (of_.lock() != definitions) return std::nullopt;
    const auto found = answers_.find(key);
    return found != answers_.end() ? std::optional(found->second) : std::nullopt;
  }

  void keep(const Definitions& definitions, const std::string& key, const std::string& answer) {
    constexpr std::size_t k_answers_max = 8;
    constexpr std::size_t k_bytes_max = std::size_t{16} << 20;
    if (key.size() + answer.size() > k_bytes_max) return;
    const std::lock_guard lock(mutex_);
    if (of_.lock() != definitions || answers_.size() >= k_answers_max) answers_.clear();
    of_ = definitions;
    answers_.insert_or_assign(key, answer);
  }

 private:
  std::mutex mutex_;
  std::weak_ptr<const fhir::DefinitionStore> of_;
  std::map<std::string, std::string> answers_;
};

bool asks_for_the_graph_alone(const graphql::Operation& operation) {
  const auto& fields = operation.selections;
  return std::all_of(fields.begin(), fields.end(), [](const graphql::Selection& field) {
    return field.kind == graphql::SelectionKind::field &&
           (field.name == "__schema" || field.name == "__type" || field.name == "__typename");
  });
}

/// Everything before the execution: nothing is fetched for a document that is wrong.
DataResult run(const Call& call, const GraphqlRequest& request, const graphql::Schema& schema,
               Focus focus) {
  auto document = graphql::parse(request.query);
  if (!document) return fhir::unexpected(Errors{std::move(document).error()});
  FHIR_TRY(operation, graphql::choose_operation(*document, request.operation_name));
  if (operation->kind == graphql::OperationKind::mutation) {
    FHIR_CHECK(check_mutation(call, *operation, focus));
    focus.root.kind = graphql::ShapeKind::mutation;
  }
  FHIR_TRY(variables, graphql::coerce_variables(
                          *operation, request.variables ? &request.variables->root() : nullptr));
  static IntrospectionAnswers answers;
  const bool is_kept =
      focus.address.type.empty() && !focus.resource && asks_for_the_graph_alone(*operation);
  std::string key;
  if (is_kept) {
    key = request.operation_name + '\n' + request.query + '\n';
    if (request.variables) key += fhir::json::to_string(request.variables->root());
    if (auto known = answers.find(call.snapshot->services.definitions, key)) return *known;
  }
  Errors errors = graphql::validate(*document, *operation, variables, schema, focus.root);
  if (!errors.empty()) return fhir::unexpected(std::move(errors));
  GraphqlSource source(call);
  graphql::Services services;
  services.schema = &schema;
  services.source = &source;
  services.terminology = call.snapshot->services.terminology.get();
  services.units = call.snapshot->services.terminology->units();
  services.now_utc_ms = now_utc_ms();
  services.deadline = call.deadline;
  if (focus.resource)
    return graphql::execute_over(*document, *operation, variables, services,
                                 *std::move(focus.resource));
  auto data = graphql::execute(*document, *operation, variables, services, focus.address);
  if (is_kept && data) answers.keep(call.snapshot->services.definitions, key, *data);
  return data;
}

void append_error(fhir::json::Builder& out, const graphql::Error& error) {
  out.begin_object().string("message", error.issue.diagnostics);
  if (error.issue.line != 0) {
    out.key("locations").begin_array().begin_object();
    out.number("line", error.issue.line).number("column", error.issue.column);
    out.end_object().end_array();
  }
  if (!error.path.empty()) {
    out.key("path").begin_array();
    for (const std::string& step : error.path) out.raw(step);
    out.end_array();
  }
  // "Each error SHOULD include an OperationOutcome in the resource property in the graphQL
  // extensions element"
  out.key("extensions").begin_object();
  out.raw("resource", outcome_json(std::span(&error.issue, 1))).end_object().end_object();
}

/// "SHALL return a 200 ok with a data field, or a 3xx, 4xx or 5xx response with a graphQL error"
http::Response json_response(unsigned status, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json; charset=utf-8");
  response.body = std::move(body);
  return response;
}

/// In a bundle the result is what the operation's definition says: a Binary.
http::Response binary_response(std::string_view json) {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("resourceType", "Binary").string("contentType", "application/json");
  out.string("data", to_base64(json)).end_object();
  return fhir_response(200, std::move(text));
}

Answer answer_with(const Call& call, DataResult data) {
  if (data) {
    std::string body = "{\"data\":" + *std::move(data) + "}";
    return call.is_entry ? binary_response(body) : json_response(200, std::move(body));
  }
  Failure issues;
  for (const graphql::Error& error : data.error()) issues.push_back(error.issue);
  if (call.is_entry) return fhir::unexpected(std::move(issues));
  std::string body;
  fhir::json::Builder out(body);
  out.begin_object().raw("data", "null").key("errors").begin_array();
  for (const graphql::Error& error : data.error()) append_error(out, error);
  out.end_array().end_object();
  http::Response response = json_response(status_of(issues), std::move(body));
  if (response.status == 503) response.headers.add("Retry-After", "1");
  return response;
}

}  // namespace

Answer run_graphql(const Call& call, const GraphqlRequest& request) {
  const graphql::Schema schema(call.snapshot->definitions());
  Focus focus;
  if (!call.type.empty()) {
    focus.root = graphql::shape_of(*schema.resource(call.type));
    focus.address = {std::string(call.type), std::string(call.id), ""};
  }
  return answer_with(call, run(call, request, schema, std::move(focus)));
}

Answer run_graphql_over(const Call& call, const GraphqlRequest& request, std::string resource) {
  const graphql::Schema schema(call.snapshot->definitions());
  const auto document = fhir::json::Document::read(resource);
  const auto* type =
      document ? schema.resource(document->root().string_at("resourceType")) : nullptr;
  if (type == nullptr)
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::not_supported,
                                 "_graphql applies to an operation whose result is a resource")));
  Focus focus;
  focus.root = graphql::shape_of(*type);
  focus.resource = std::move(resource);
  return answer_with(call, run(call, request, schema, std::move(focus)));
}

}  // namespace server::rest
