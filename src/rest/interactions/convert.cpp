// $convert: the body in the format that the client asks for.
// https://hl7.org/fhir/R4/resource-operation-convert.html
#include "fhir/formats/json_writer.h"
#include "src/operations/parameters.h"
#include "src/rest/answer.h"
#include "src/rest/interactions/interactions.h"
#include "src/rest/operation_input.h"
#include "src/rest/resource_input.h"

namespace server::rest {

/// "In the absence of any parameters, simple format conversion is all that will occur." The
/// resource is the body, or the parameter `input` of a Parameters; it is not judged.
Answer convert(const Call& call) {
  if (!call.parameters.empty() && !call.lenient)
    return refuse(fhir::IssueType::not_supported,
                  "The operation has no parameter of the name " + call.parameters.front().first);
  FHIR_TRY(body, read_body(call));
  const fhir::json::Value& root = body.root();
  const std::string_view type = root.string_at("resourceType");
  const fhir::TypeSchema* known = call.snapshot->definitions().type(type);
  if (known == nullptr || known->kind != fhir::TypeKind::resource || known->is_abstract)
    return fhir::unexpected(failure(fhir::make_issue(
        fhir::IssueType::structure, "The body is no resource of a type that R4 knows")));
  const fhir::json::Value* input =
      type == "Parameters" ? operations::Parameters(&body).resource("input") : nullptr;
  return fhir_response(200, fhir::json::to_string(input != nullptr ? *input : root));
}

}  // namespace server::rest
