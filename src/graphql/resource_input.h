// The resource that a mutation's argument describes. https://hl7.org/fhir/R4/graphql.html#mutations
#pragma once

#include <string>

#include "fhir/definitions/schema.h"
#include "src/graphql/variables.h"

namespace server::graphql {

/// The argument as FHIR JSON: variables are put in their places, a single value becomes a list
/// where the element repeats, names of enumerations become strings, what is null is left out.
/// Nothing else is judged: whoever stores it does.
///
/// value   an object
std::string resource_json(const Value& value, const fhir::TypeSchema& type,
                          const Variables& variables);

}  // namespace server::graphql
