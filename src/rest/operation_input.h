// The parameters of an operation, however they were sent, as one Parameters resource.
#pragma once

#include "fhir/formats/json_document.h"
#include "src/rest/context.h"

namespace server::rest {

/// From the body: a Parameters resource, or any other as the parameter `resource`. From a URL: one
/// string parameter per pair, typed as the operation's reader asks (valueString holds the text).
/// Those of the URL come after those of the body.
fhir::Result<fhir::json::Document, Failure> operation_parameters(const Call& call);

}  // namespace server::rest
