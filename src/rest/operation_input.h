// The parameters of an operation, however they were sent, as one Parameters resource.
#pragma once

#include "fhir/formats/json_document.h"
#include "src/rest/context.h"

namespace server::rest {

/// body      a Parameters resource, or any other, which becomes the parameter `resource`; may be
/// null returns   the parameters; those of the URL come after those of the body, each as a string
fhir::Result<fhir::json::Document, Failure> operation_parameters(const Call& call,
                                                                 const fhir::json::Document* body);

}  // namespace server::rest
