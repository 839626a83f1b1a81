// https://hl7.org/fhir/R4/messaging.html https://hl7.org/fhir/R4/messageheader.html
#include "src/rest/message.h"

#include "fhir/base/date_time.h"
#include "fhir/formats/json_items.h"
#include "fhir/formats/json_writer.h"
#include "src/rest/path.h"
#include "src/rest/search_request.h"
#include "src/rest/stored_body.h"
#include "src/search/reference_text.h"
#include "terminology/terminology.h"

namespace server::rest {
namespace {

using fhir::json::Builder;
using fhir::json::items_at;
using fhir::json::Value;

constexpr std::string_view k_response_request =
    "http://hl7.org/fhir/StructureDefinition/messageheader-response-request";

fhir::Unexpected<Failure> refuse(fhir::IssueType type, std::string text) {
  return fhir::unexpected(
      failure(fhir::make_issue(fhir::Situation::malformed, type, std::move(text))));
}

std::string_view name_of(ResponseCode code) {
  switch (code) {
    case ResponseCode::ok:
      return "ok";
    case ResponseCode::transient_error:
      return "transient-error";
    default:
      return "fatal-error";
  }
}

bool fits(std::string_view route, const Message& message) {
  if (route == "*" || route == message.event) return true;
  if (message.event_is_uri || route.size() <= message.event.size()) return false;
  const std::size_t bar = route.size() - message.event.size() - 1;
  return route[bar] == '|' && route.substr(bar + 1) == message.event &&
         route.substr(0, bar) == message.event_system;
}

void append_header(Builder& out, const Call& call, const Message& message, ResponseCode code,
                   std::string_view id, std::string_view outcome_url) {
  out.begin_object().string("resourceType", "MessageHeader").string("id", id);
  for (std::string_view name : {"eventCoding", "eventUri"}) {
    if (const Value* event = message.header->find(name)) out.key(name).value(*event);
  }
  const Value* source = message.header->find("source");
  if (source != nullptr && !source->string_at("endpoint").empty()) {
    out.key("destination").begin_array().begin_object();
    if (!source->string_at("name").empty()) out.string("name", source->string_at("name"));
    out.string("endpoint", source->string_at("endpoint")).end_object().end_array();
  }
  out.key("source")
      .begin_object()
      .string("software", "MediSync")
      .string("version", MEDISYNC_VERSION);
  out.string("endpoint", call.options->base_url + "/$process-message").end_object();
  out.key("response").begin_object().string("identifier", message.id);
  out.string("code", name_of(code));
  if (!outcome_url.empty())
    out.key("details").begin_object().string("reference", outcome_url).end_object();
  out.end_object().end_object();
}

/// Where an entry's resource goes: one that names itself as ours is updated, all others are new.
std::string request_of(const Call& call, const Value& entry, const Value& resource,
                       std::string_view& method) {
  const std::string type(resource.string_at("resourceType"));
  const std::string_view id = resource.string_at("id");
  const std::string ours = type + "/" + std::string(id);
  const auto named = search::below_base(entry.string_at("fullUrl"), call.options->base_url);
  method = is_id(id) && named == ours ? "PUT" : "POST";
  return method == "PUT" ? type + "/" + std::string(id) : type;
}

}  // namespace

fhir::Result<Message, Failure> read_message(const fhir::json::Document& bundle) {
  const Value& root = bundle.root();
  if (root.string_at("resourceType") != "Bundle" || root.string_at("type") != "message")
    return refuse(fhir::IssueType::invalid, "A message is a Bundle of type message");
  const auto entries = items_at(root, "entry");
  Message message;
  message.header = entries.empty() ? nullptr : entries.front().find("resource");
  if (message.header == nullptr || message.header->string_at("resourceType") != "MessageHeader")
    return refuse(fhir::IssueType::required, "The first resource of a message is a MessageHeader");
  message.id = message.header->string_at("id");
  if (!is_id(message.id))
    return refuse(fhir::IssueType::required,
                  "The MessageHeader needs an id: the response names the message by it");
  if (const Value* coding = message.header->find("eventCoding")) {
    message.event_system = coding->string_at("system");
    message.event = coding->string_at("code");
  } else {
    message.event = message.header->string_at("eventUri");
    message.event_is_uri = true;
  }
  if (message.event.empty())
    return refuse(fhir::IssueType::required, "The MessageHeader needs an event");
  return message;
}

std::optional<MessageAction> route_of(const Call& call, const Message& message) {
  for (const auto& [event, action] : call.options->message_routes) {
    if (!fits(event, message)) continue;
    return action == "store"         ? MessageAction::store
           : action == "acknowledge" ? MessageAction::acknowledge
                                     : MessageAction::refuse;
  }
  const bool is_defined =
      !message.event_is_uri && call.snapshot->services.terminology->in_code_system(
                                   message.event_system, message.event) == fhir::Membership::yes;
  return is_defined ? std::optional(MessageAction::store) : std::nullopt;
}

bool wants_response(const Message& message, ResponseCode code) {
  for (const Value& extension : items_at(*message.header, "extension")) {
    if (extension.string_at("url") != k_response_request) continue;
    const std::string_view wanted = extension.string_at("valueCode");
    if (wanted == "never") return false;
    if (wanted == "on-error") return code != ResponseCode::ok;
    if (wanted == "on-success") return code == ResponseCode::ok;
  }
  return true;
}

std::string response_message(const Call& call, const Message& message, ResponseCode code,
                             std::span<const fhir::Issue> issues) {
  const std::string id = new_id();
  const std::string outcome_url = issues.empty() ? std::string() : "urn:uuid:" + new_id();
  std::string text;
  Builder out(text);
  out.begin_object().string("resourceType", "Bundle").string("id", new_id());
  out.string("type", "message").string("timestamp", fhir::format_instant(now_utc_ms()));
  out.key("entry").begin_array();
  out.begin_object().string("fullUrl", "urn:uuid:" + id).key("resource");
  append_header(out, call, message, code, id, outcome_url);
  out.end_object();
  if (!issues.empty()) {
    out.begin_object().string("fullUrl", outcome_url);
    out.raw("resource", outcome_json(issues)).end_object();
  }
  out.end_array().end_object();
  return text;
}

std::string storing_transaction(const Call& call, const fhir::json::Document& bundle) {
  std::string text;
  Builder out(text);
  out.begin_object().string("resourceType", "Bundle").string("type", "transaction");
  out.key("entry").begin_array();
  bool is_header = true;
  for (const Value& entry : items_at(bundle.root(), "entry")) {
    const Value* resource = entry.find("resource");
    if (resource == nullptr) continue;
    std::string_view method;
    std::string url = request_of(call, entry, *resource, method);
    if (is_header) {  // under its own id, by which a message that comes again is known
      method = "PUT";
      url = "MessageHeader/" + std::string(resource->string_at("id"));
    }
    out.begin_object();
    if (!entry.string_at("fullUrl").empty()) out.string("fullUrl", entry.string_at("fullUrl"));
    out.key("resource").value(*resource);
    out.key("request").begin_object().string("method", method).string("url", url);
    if (is_header) out.string("ifNoneMatch", "*");
    out.end_object().end_object();
    is_header = false;
  }
  out.end_array().end_object();
  return text;
}

}  // namespace server::rest
