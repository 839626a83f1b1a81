// :above and :below on references: the parameters that put resources of a type below each other.
// https://hl7.org/fhir/R4/search.html#reference
#pragma once

#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "src/search/query.h"

namespace server::search {

/// Fills `hierarchy` of a reference criterion with :above or :below: the parameter itself where it
/// leads from the type to the same type (Location?partof:below), else what says `partOf` or
/// `parent` of the types it leads to (Encounter?location:below). Leaves other criteria as they are.
///
/// errors     invalid: nothing that it leads to has a hierarchy
fhir::Result<void> find_hierarchy(std::string_view resource_type, Criterion& criterion,
                                  const fhir::DefinitionStore& definitions);

}  // namespace server::search
