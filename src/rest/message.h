// A FHIR message taken apart, and the answer to one. https://hl7.org/fhir/R4/messaging.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/formats/json_document.h"
#include "src/rest/context.h"

namespace server::rest {

/// Views into the bundle's document.
struct Message {
  const fhir::json::Value* header = nullptr;  // the MessageHeader
  std::string_view id;                        // of the header
  std::string_view event_system;              // of eventCoding
  std::string_view event;                     // code of eventCoding, or eventUri
  bool event_is_uri = false;
};

/// errors   structure, invalid, required: no bundle of type message, no MessageHeader as its first
///          resource, one without an id or an event
fhir::Result<Message, Failure> read_message(const fhir::json::Document& bundle);

enum class MessageAction : std::uint8_t { store, acknowledge, refuse };

/// What the routing table says of an event; without a route, events that a code system known here
/// defines are stored. Nothing: the event is not known.
std::optional<MessageAction> route_of(const Call& call, const Message& message);

enum class ResponseCode : std::uint8_t { ok, transient_error, fatal_error };

/// "The sender of a message … may specify … whether a response is wanted": the extension
/// messageheader-response-request.
bool wants_response(const Message& message, ResponseCode code);

/// A bundle of type message that answers `message`.
/// issues   what the OperationOutcome in response.details says; none: there is none
std::string response_message(const Call& call, const Message& message, ResponseCode code,
                             std::span<const fhir::Issue> issues);

/// The content of a message as a transaction that stores it; it fails when there is a MessageHeader
/// of that id.
std::string storing_transaction(const Call& call, const fhir::json::Document& bundle);

}  // namespace server::rest
