#include "src/rest/graphql_request.h"

#include "fhir/formats/json_writer.h"
#include "src/rest/negotiation.h"
#include "src/rest/operation_input.h"

namespace server::rest {
namespace {

constexpr std::string_view k_definition =
    "http://hl7.org/fhir/OperationDefinition/Resource-graphql";

fhir::Result<void, Failure> take_variables(std::string text, GraphqlRequest& out) {
  REST_TRY(document, fhir::json::Document::read(std::move(text)));
  if (!document.root().is_object() && !document.root().is_null())
    return refuse(fhir::IssueType::value, "variables is an object of names and values");
  out.variables = std::move(document);
  return {};
}

fhir::Result<void, Failure> take_text(const fhir::json::Value& object, std::string_view name,
                                      std::string& out) {
  const fhir::json::Value* value = object.find(name);
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_string())
    return refuse(fhir::IssueType::value, std::string(name) + " is a string");
  out = value->string();
  return {};
}

/// {"query": "…", "operationName": "…", "variables": { … }}
fhir::Result<void, Failure> read_members(const fhir::json::Value& object, const Call& call,
                                         GraphqlRequest& out) {
  for (const fhir::json::Member& member : object.members()) {
    const std::string_view name = member.name();
    const bool is_known =
        name == "query" || name == "operationName" || name == "variables" || name == "extensions";
    if (!is_known && !call.lenient)
      return refuse(fhir::IssueType::not_supported,
                    "A request of GraphQL has no member of the name " + std::string(name));
  }
  FHIR_CHECK(take_text(object, "query", out.query));
  FHIR_CHECK(take_text(object, "operationName", out.operation_name));
  const fhir::json::Value* variables = object.find("variables");
  return variables != nullptr ? take_variables(fhir::json::to_string(*variables), out)
                              : fhir::Result<void, Failure>();
}

/// A Parameters resource; its query counts.
fhir::Result<void, Failure> read_parameters(Call call, GraphqlRequest& out) {
  if (call.entry_resource == nullptr) {
    REST_TRY(format, body_format(*call.headers));
    call.body_format = format;
  }
  call.parameters.clear();
  FHIR_TRY(input, read_operation_input(call, k_definition, {}));
  out.query = input.parameters().text("query");
  return {};
}

fhir::Result<void, Failure> read_graphql_body(const Call& call, GraphqlRequest& out) {
  const std::string type = call.entry_resource == nullptr
                               ? parse_media_type(call.headers->get("Content-Type")).name
                               : std::string();
  if (type == "application/graphql") {
    out.query = call.body;
    return {};
  }
  if (type == "application/json") {
    REST_TRY(document, fhir::json::Document::read(std::string(call.body)));
    if (!document.root().is_object())
      return refuse(fhir::IssueType::structure, "A request of GraphQL is a JSON object");
    if (document.root().find("resourceType") == nullptr)
      return read_members(document.root(), call, out);
  }
  return read_parameters(call, out);
}

}  // namespace

fhir::Result<GraphqlRequest, Failure> read_graphql_request(const Call& call) {
  GraphqlRequest out;
  if (!call.is_get && !call.body.empty()) FHIR_CHECK(read_graphql_body(call, out));
  for (const auto& [name, value] : call.parameters) {
    if (name == "query") {
      out.query = value;
    } else if (name == "operationName") {
      out.operation_name = value;
    } else if (name == "variables") {
      FHIR_CHECK(take_variables(value, out));
    } else if (!call.lenient) {
      return refuse(fhir::IssueType::not_supported,
                    "$graphql has no parameter of the name " + name);
    }
  }
  if (out.query.empty())
    return refuse(fhir::IssueType::required, "$graphql needs the parameter query");
  return out;
}

}  // namespace server::rest
