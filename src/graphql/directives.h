// @include and @skip, and FHIR's @flatten, @first, @singleton and @slice.
// https://hl7.org/fhir/R4/graphql.html#flattening
#pragma once

#include "src/graphql/arguments.h"

namespace server::graphql {

/// Holds the directives of a selection to what there is: names, places, arguments.
void check_directives(const Selection& selection, const Variables& variables, const Report& report);

/// Whether @include and @skip let the selection stand.
bool is_wanted(const Selection& selection, const Variables& variables);

/// The expression of @slice; nothing without one.
std::optional<std::string_view> slice_of(const Selection& selection, const Variables& variables);

}  // namespace server::graphql
