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

/// Sets the day and the time of day; the rest of `date` stays.
///
/// ms        since 1970-01-01T00:00 where the date is
/// returns   false, and leaves it, outside the years 1 to 9999
bool set_day_and_time(DateTime& date, std::int64_t ms);

/// The time on the day 0001-01-01, as precise.
DateTime on_first_day(const TimeOfDay& time);

}  // namespace fhir::fhirpath
