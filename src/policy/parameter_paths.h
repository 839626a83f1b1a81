// Which elements a search parameter reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/definitions/definition_store.h"

namespace server::policy {

/// The elements of a type that a parameter's value is made of, as paths below the type; an empty
/// path stands for all of the resource. More rather than fewer: a path ends where a function
/// begins, and an expression that cannot be followed reads everything.
std::vector<std::vector<std::string>> paths_read(const fhir::SearchParameter& parameter,
                                                 std::string_view type,
                                                 const fhir::DefinitionStore& definitions);

}  // namespace server::policy
