// A transaction: every entry or none. https://hl7.org/fhir/R4/http.html#trules
#pragma once

#include "fhir/formats/json_document.h"
#include "src/rest/context.h"

namespace server::rest {

Answer transaction(const Call& call, const fhir::json::Document& bundle);

}  // namespace server::rest
