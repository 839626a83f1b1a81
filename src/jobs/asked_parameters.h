// Which search parameters a query asks by, sorts by or includes by.
#pragma once

#include <functional>

#include "src/search/query.h"

namespace server::jobs {

/// The first for which `is_wanted` holds; null: none.
const fhir::SearchParameter* asked_parameter(
    const search::Query& query,
    const std::function<bool(const fhir::SearchParameter& parameter)>& is_wanted);

/// Whether it looks for contained resources too.
bool asks_for_contained(const search::Query& query);

}  // namespace server::jobs
