// The lexical rules of date, dateTime, instant and time.
// https://hl7.org/fhir/R4/datatypes.html#date
#pragma once

#include <string_view>

namespace fhir::validation {

/// YYYY, YYYY-MM or YYYY-MM-DD; a day that the month has.
bool is_date(std::string_view text);
/// A date, or a full date with hh:mm:ss, perhaps a fraction, and a zone.
bool is_date_time(std::string_view text);
/// A full date, hh:mm:ss, perhaps a fraction, and a zone.
bool is_instant(std::string_view text);
/// hh:mm:ss, perhaps a fraction; no zone.
bool is_time(std::string_view text);

}  // namespace fhir::validation
