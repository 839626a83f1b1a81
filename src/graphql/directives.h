// @include and @skip, and FHIR's @flatten, @first, @singleton and @slice.
// https://hl7.org/fhir/R4/graphql.html#flattening
#pragma once

#include <span>

#include "src/graphql/arguments.h"

namespace server::graphql {

struct KnownDirective {
  std::string_view name;
  std::string_view argument;  // needed; empty: it takes none
  bool is_for_fields;         // and not for fragments
};

std::span<const KnownDirective> known_directives();

/// Holds the directives of a selection to what there is: names, places, arguments.
void check_directives(const Selection& selection, const Variables& variables, const Report& report);

/// Whether @include and @skip let the selection stand.
bool is_wanted(const Selection& selection, const Variables& variables);

/// The expression of @slice; nothing without one.
std::optional<std::string_view> slice_of(const Selection& selection, const Variables& variables);

}  // namespace server::graphql
