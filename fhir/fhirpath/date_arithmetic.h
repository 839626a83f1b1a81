// Dates and times plus durations. https://hl7.org/fhirpath/N1/#datetime-arithmetic
#pragma once

#include <optional>

#include "fhir/fhirpath/evaluation.h"
#include "fhir/fhirpath/operand.h"

namespace fhir::fhirpath {

/// `value` moved by `amount` of the unit in `unit`; a fraction counts for seconds alone. Nothing
/// when the result lies outside the years 1 to 9999, or with a failure when the unit is no
/// duration.
std::optional<Item> add_duration(Evaluation& evaluation, const Operand& value,
                                 const Decimal& amount, const Operand& unit);

}  // namespace fhir::fhirpath
