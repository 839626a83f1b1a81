// https://hl7.org/fhir/R4/operations.html#request
#include "src/rest/operation_input.h"

#include "fhir/formats/json_writer.h"
#include "src/rest/resource_input.h"

namespace server::rest {

fhir::Result<fhir::json::Document, Failure> operation_parameters(const Call& call) {
  if (!call.is_get && !call.body.empty() && call.parameters.empty()) {
    FHIR_TRY(body, read_body(call));
    if (body.root().string_at("resourceType") == "Parameters") return std::move(body);
  }
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("resourceType", "Parameters").key("parameter").begin_array();
  if (!call.is_get && !call.body.empty()) {
    FHIR_TRY(body, read_body(call));
    const fhir::json::Value* list = body.root().find("parameter");
    if (body.root().string_at("resourceType") == "Parameters") {
      for (const auto& item :
           list != nullptr ? list->items() : std::span<const fhir::json::Value>{})
        out.value(item);
    } else {
      out.begin_object().string("name", "resource").key("resource").value(body.root()).end_object();
    }
  }
  for (const auto& [name, value] : call.parameters)
    out.begin_object().string("name", name).string("valueString", value).end_object();
  out.end_array().end_object();
  REST_TRY(document, fhir::json::Document::read(std::move(text)));
  return std::move(document);
}

}  // namespace server::rest
