// Parameters that are no element's: _list, _filter, _text, _content, _query, and those of type
// special. https://hl7.org/fhir/R4/search.html#all
#pragma once

#include <string_view>

#include "fhir/base/result.h"
#include "src/search/criterion.h"

namespace server::search {

/// The code, in list-example-use-codes, of the lists that `$current-problems` and its like name;
/// empty when there is no such name.
std::string_view current_list_code(std::string_view name);
inline constexpr std::string_view k_list_codes =
    "http://terminology.hl7.org/CodeSystem/list-example-use-codes";

bool is_special_name(std::string_view code);

/// Whether searches by the parameter are answered: those that the definitions give an expression,
/// those of the store, and the special ones that are not refused.
bool is_answered(const fhir::SearchParameter& parameter);

/// errors     not-supported: the parameter is known and refused · value: a malformed value
fhir::Result<Criterion> parse_special(std::string_view resource_type, std::string_view code,
                                      std::string_view value, const CriterionOptions& options);

}  // namespace server::search
