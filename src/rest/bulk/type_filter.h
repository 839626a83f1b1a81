// `_typeFilter`: searches that an export is held to.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#_typefilter-query-parameter
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/rest/context.h"

namespace server::rest {

/// A type and the query behind its `?`.
using TypeFilter = std::pair<std::string, std::string>;

/// The filters of one value: "a string of comma delimited FHIR REST queries". A comma belongs to
/// the query unless a type and a `?` follow it.
///
/// errors   value: no type of R4 and `?`
fhir::Result<std::vector<TypeFilter>> split_filters(std::string_view value,
                                                    const fhir::DefinitionStore& definitions);

/// What a resource of the type must match: one of the filters of its type. Nothing when there are
/// none of the type.
///
/// errors   of the searches · not-supported: parameters that are no criteria, full text, contained
fhir::Result<std::vector<search::Criterion>, Failure> criteria_of_filters(
    const Call& call, std::string_view type, const std::vector<TypeFilter>& filters);

}  // namespace server::rest
