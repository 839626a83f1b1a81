// `_filter`: an expression of conditions, as criteria.
// https://hl7.org/fhir/R4/search_filter.html
#pragma once

#include <string_view>

#include "src/search/criterion.h"

namespace server::search {

/// Reads the value of `_filter`. Each test is made against the set of values that its path leads
/// to: `ne` asks for a value that differs, `not (… eq …)` for resources without an equal one, those
/// without any value among them. Values know no case, but ids and uris do.
///
/// errors     invalid: not of the grammar, or an operator that the parameter's type does not have ·
///            not-supported: no such parameter · value: a value that is not of the type's form ·
///            too-costly: limits. Line and column say where in the expression.
fhir::Result<Criterion> parse_filter(std::string_view resource_type, std::string_view text,
                                     const CriterionOptions& options);

}  // namespace server::search
