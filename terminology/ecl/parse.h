// Reads an expression constraint, in brief or long syntax, of version 2.2 of the language.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-expression-constraint-language
#pragma once

#include <string_view>

#include "fhir/base/result.h"
#include "terminology/ecl/syntax.h"

namespace terminology::ecl {

/// Takes time linear in the text.
///
/// text      UTF-8, at most k_text_bytes_max
/// errors    invalid: says line and column, and what is expected there · too-long · too-costly:
///           brackets inside one another deeper than k_depth_max
fhir::Result<Expression> parse(std::string_view text);

}  // namespace terminology::ecl
