// https://hl7.org/fhir/R4/operations.html#request
#include "src/rest/operation_input.h"

#include "fhir/formats/json_writer.h"
#include "src/rest/context.h"

namespace server::rest {

fhir::Result<fhir::json::Document, Failure> operation_parameters(const Call& call,
                                                                 const fhir::json::Document* body) {
  std::string text;
  fhir::json::Builder out(text);
  out.begin_object().string("resourceType", "Parameters").key("parameter").begin_array();
  if (body != nullptr && body->root().string_at("resourceType") == "Parameters") {
    const fhir::json::Value* list = body->root().find("parameter");
    for (const auto& item : list != nullptr ? list->items() : std::span<const fhir::json::Value>{})
      out.value(item);
  } else if (body != nullptr) {
    out.begin_object().string("name", "resource").key("resource").value(body->root()).end_object();
  }
  for (const auto& [name, value] : call.parameters)
    out.begin_object().string("name", name).string("valueString", value).end_object();
  out.end_array().end_object();
  REST_TRY(document, fhir::json::Document::read(std::move(text)));
  return std::move(document);
}

}  // namespace server::rest
