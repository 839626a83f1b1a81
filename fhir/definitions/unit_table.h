// The table of UCUM's units as the npm package @lhncbc/ucum-lhc publishes it, cut down to a record
// of what the terminology module computes with. Its file: data/ucumDefs.min.json.
#pragma once

#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "fhir/definitions/record_reader.h"

namespace fhir::definitions {

/// Where the table lies in an unpacked package.
inline constexpr std::string_view k_unit_table_file = "data/ucumDefs.min.json";

/// text      the JSON of that file: two tables, each with the names of its columns
/// returns   a record of type UnitTable with the url of UCUM. Its `prefix` are objects of code,
///           name and value; its `unit` objects of code, name, factor (a number as text), unit (the
///           expression that the factor counts, empty of a base unit), function (of a special unit)
///           and the flags isBase, isMetric, isArbitrary. Combinations of units are left out.
/// errors    structure: the text is no such table
Result<RawRecord> read_unit_table(std::string text);

}  // namespace fhir::definitions
