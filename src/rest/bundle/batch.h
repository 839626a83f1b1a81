// A batch: entries that succeed or fail each for itself. https://hl7.org/fhir/R4/http.html#brules
#pragma once

#include "fhir/formats/json_document.h"
#include "src/rest/context.h"

namespace server::rest {

Answer batch(const Call& call, const fhir::json::Document& bundle);

/// A Bundle of type history, as this server or another one wrote it, done again from its oldest
/// entry on, each entry for itself: resources keep their ids, versions are counted anew.
///
/// source   https://hl7.org/fhir/R4/http.html#other-bundles
Answer replay(const Call& call, const fhir::json::Document& bundle);

}  // namespace server::rest
