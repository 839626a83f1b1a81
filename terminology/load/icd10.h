// Reads ICD-10-CM and ICD-10-PCS: the tabular list, the order file, or a table with a header.
// https://www.cms.gov/medicare/coding-billing/icd-10-codes, https://hl7.org/fhir/R4/icd.html
#pragma once

#include <string>

#include "terminology/load/draft.h"
#include "terminology/systems.h"

namespace terminology::load {

/// Codes of ICD-10-CM have their point. A code stands below the longest code it begins with; the
/// tabular list adds chapters and blocks, which cannot be chosen, and codes by seventh characters.
/// The property `billable` says whether a code is valid for claims.
///
/// path     .xml: the tabular list · .csv, .csv.gz: columns icd10cm_code (or icd10pcs_code),
///          valid_billing_code, …_short_description, …_long_description · else the order file
/// errors   not-found · invalid: it is none of them; those of TableFile
fhir::Result<Draft> read_icd10(const std::string& path, const LoadOptions& options);

/// A00.0 for A000.
std::string with_point(std::string_view code);

}  // namespace terminology::load
