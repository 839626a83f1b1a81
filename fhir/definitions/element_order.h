// The order in which ElementDefinition declares its members.
// https://hl7.org/fhir/R4/elementdefinition.html
#pragma once

#include <string_view>
#include <vector>

#include "fhir/formats/json_value.h"

namespace fhir::definitions {

/// `fixed` for fixedUri, `minValue` for minValueDate, the name itself otherwise; without `_`.
std::string_view element_member_group(std::string_view name);

/// Sorts members into the declared order; unknown ones last.
void order_members(std::vector<json::Member>& members);

}  // namespace fhir::definitions
