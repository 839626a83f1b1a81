// Reads CVX, the vaccines administered. https://hl7.org/fhir/R4/cvx.html
#pragma once

#include <string>

#include "terminology/load/draft.h"

namespace terminology::load {

/// Concepts have the properties vaccine-status and non-vaccine, and their notes.
///
/// path     .xml: the publisher's (CVXCodes) or a CodeSystem resource · else the publisher's table,
///          separated by bars: short name between code and full name, notes, status, non-vaccine,
///          date
/// errors   not-found · invalid: it is neither; those of TableFile
fhir::Result<Draft> read_cvx(const std::string& path, const LoadOptions& options);

}  // namespace terminology::load
