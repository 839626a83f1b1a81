// What a SearchParameter that a client stores may be called.
// https://hl7.org/fhir/R4/search.html#Summary
#pragma once

#include "src/rest/context.h"

namespace server::rest {

/// "servers SHALL not define additional parameters with different meanings with names that only
/// differ in case".
///
/// resource   to be stored, of any type
/// errors     business-rule (422): another parameter of one of its types has that name in other
///            letters
fhir::Result<void> check_parameter_name(const fhir::DefinitionStore& definitions,
                                        const fhir::json::Value& resource);

}  // namespace server::rest
