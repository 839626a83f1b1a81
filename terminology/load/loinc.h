// Reads LOINC's release: the table, and those accessory files that are there.
// https://loinc.org/kb/users-guide/, https://hl7.org/fhir/R4/loinc.html
#pragma once

#include <string>

#include "terminology/load/draft.h"
#include "terminology/systems.h"

namespace terminology::load {

/// Concepts are LOINC codes, parts (LP…), answer lists (LL…) and answers (LA…). Parts are values of
/// the properties that the table names; an answer has its lists as LIST, in the order of the list;
/// a code has its lists as answer-list, a list its codes as answers-for. The component hierarchy
/// makes the hierarchy. Names of other languages and for consumers are designations.
///
/// folder   with Loinc.csv somewhere below it
/// errors   not-found: there is no Loinc.csv · invalid: a column is missing; those of TableFile
fhir::Result<Draft> read_loinc(const std::string& folder, const LoadOptions& options);

}  // namespace terminology::load
