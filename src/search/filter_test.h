// One test of `_filter` on one parameter: `birthdate ge 2014-10-10`.
// https://hl7.org/fhir/R4/search_filter.html#ops
#pragma once

#include <string_view>

#include "src/search/chain.h"
#include "src/search/filter_expression.h"

namespace server::search {

/// The values of a parameter against a value. `pr` asks for any value whatever, `ni` for what `in`
/// does: their negation is that of the whole path.
///
/// type       whose parameters the name is looked up in
/// link       the name; its modifier may be the type that a reference is to lead to
/// errors     as parse_filter()
fhir::Result<Criterion> filter_test(std::string_view type, const Link& link,
                                    FilterOperator operation, std::string_view value,
                                    const CriterionOptions& options);

}  // namespace server::search
