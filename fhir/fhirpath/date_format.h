// Dates written by a template: toDate('dd-MM-yyyy').
// https://build.fhir.org/ig/HL7/FHIRPath/#datedatetime-string-format-codes
#pragma once

#include <optional>
#include <string_view>

#include "fhir/base/date_time.h"

namespace fhir::fhirpath {

/// format   codes yyyy yy MM M dd d HH H hh h mm m ss s S… a Z; what is no letter stands for itself
/// returns  as precise as the template; nothing where the text is not of it, a part lies out of its
///          range, or the template has another code. Years of two digits are of 1950 to 2049.
std::optional<DateTime> parse_date_by(std::string_view format, std::string_view text);

}  // namespace fhir::fhirpath
