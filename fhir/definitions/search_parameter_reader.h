// SearchParameters and CompartmentDefinitions from their resources.
#pragma once

#include <span>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/definitions/string_pool.h"

namespace fhir::definitions {

/// errors   invalid: it has no type that R4 knows
Result<SearchParameter> read_search_parameter(const ConformanceRecord& record, Arena& arena,
                                              StringPool& pool);

Result<std::vector<Compartment>> read_compartments(std::span<const ConformanceRecord> records,
                                                   Arena& arena, StringPool& pool);

}  // namespace fhir::definitions
