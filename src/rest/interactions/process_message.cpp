// $process-message. https://hl7.org/fhir/R4/messageheader-operation-process-message.html
#include "fhir/formats/json_writer.h"
#include "src/rest/answer.h"
#include "src/rest/bundle/transaction.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/message.h"
#include "src/rest/operation_input.h"
#include "src/rest/resource_input.h"

namespace server::rest {
namespace {

using fhir::json::Document;

/// The message is the body, or the parameter `content` of a Parameters.
fhir::Result<Document, Failure> message_of(const Call& call) {
  FHIR_TRY(body, read_body(call));
  if (body.root().string_at("resourceType") != "Parameters") return std::move(body);
  const fhir::json::Value* content = operations::Parameters(&body).resource("content");
  if (content == nullptr)
    return refuse(fhir::IssueType::required, "The operation needs the parameter content");
  REST_TRY(bundle, Document::read(fhir::json::to_string(*content)));
  return std::move(bundle);
}

/// "the parameters 'async' and 'response-url' always go in the URL, if they are used".
fhir::Result<void, Failure> check_parameters(const Call& call) {
  for (const auto& [name, value] : call.parameters) {
    if (name == "async" && value == "false") continue;
    const bool is_known = name == "async" || name == "response-url";
    return refuse(fhir::IssueType::not_supported,
                  is_known
                      ? "Messages are answered at once: asynchronous messaging is not supported"
                      : "The operation has no parameter of the name " + name);
  }
  return {};
}

/// "the receiver … has already processed the message": one that comes again changes nothing.
bool is_repeated(const Call& call, const Message& message) {
  const auto stored = call.snapshot->store().read("MessageHeader", message.id, call.deadline);
  if (!stored) return false;
  const auto document = Document::read(stored->body);
  const auto endpoint = [](const fhir::json::Value& header) {
    const fhir::json::Value* source = header.find("source");
    return source != nullptr ? source->string_at("endpoint") : std::string_view{};
  };
  return document && endpoint(document->root()) == endpoint(*message.header);
}

Answer respond(const Call& call, const Message& message, ResponseCode code,
               std::span<const fhir::Issue> issues) {
  if (!wants_response(message, code)) {
    // "204 No Content: … because of instructions from the sender …, no response is being provided"
    http::Response nothing;
    nothing.status = 204;
    return nothing;
  }
  return fhir_response(200, response_message(call, message, code, issues));
}

Answer refused(const Call& call, const Message& message, fhir::IssueType type, std::string text) {
  const fhir::Issue issue = fhir::make_issue(type, std::move(text));
  return respond(call, message, ResponseCode::fatal_error, std::span(&issue, 1));
}

/// What the content itself forbids is a fatal error: "There is no point in re-sending without
/// change." What is wrong with this server is an error of HTTP.
Answer store_content(const Call& call, const Document& bundle, const Message& message) {
  if (is_repeated(call, message)) return respond(call, message, ResponseCode::ok, {});
  REST_TRY(transaction_bundle, Document::read(storing_transaction(call, bundle)));
  Answer stored = transaction(call, transaction_bundle);
  // Of two that come at once, one is stored and the other is repeated.
  if (stored || is_repeated(call, message)) return respond(call, message, ResponseCode::ok, {});
  Failure issues = std::move(stored).error();
  if (status_of(issues) >= 500) return fhir::unexpected(std::move(issues));
  for (fhir::Issue& issue : issues) issue.line = issue.column = 0;
  return respond(call, message, ResponseCode::fatal_error, issues);
}

}  // namespace

Answer process_message(const Call& call) {
  FHIR_CHECK(check_parameters(call));
  FHIR_TRY(bundle, message_of(call));
  FHIR_TRY(message, read_message(bundle));
  FHIR_CHECK(validate(call, bundle));
  const auto action = route_of(call, message);
  if (!action)
    return refused(call, message, fhir::IssueType::not_supported,
                   "No message with this event is processed here");
  switch (*action) {
    case MessageAction::acknowledge:
      return respond(call, message, ResponseCode::ok, {});
    case MessageAction::refuse:
      return refused(call, message, fhir::IssueType::business_rule,
                     "Messages with this event are refused here");
    default:
      return store_content(call, bundle, message);
  }
}

}  // namespace server::rest
