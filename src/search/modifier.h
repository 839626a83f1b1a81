// The modifiers of a parameter's name, and the types of parameter that each applies to.
// https://hl7.org/fhir/R4/search.html#modifiers
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/definitions/search_parameter.h"
#include "src/search/query.h"

namespace server::search {

/// By its name without the colon; `[type]` is none of them. Nothing when it is unknown.
std::optional<Modifier> modifier_of(std::string_view name);

/// The name without the colon; empty for none and `[type]`.
std::string_view name_of(Modifier modifier);

/// Those that a parameter takes, with commas between them: `:missing, :exact, :contains`.
std::string modifiers_of(const fhir::SearchParameter& parameter);

/// Whether a parameter of the type takes the modifier.
bool applies_to(Modifier modifier, fhir::SearchParameterType type);

}  // namespace server::search
