// Reads the National Drug Code Directory. https://hl7.org/fhir/R4/ndc.html
#pragma once

#include <string>

#include "terminology/load/draft.h"

namespace terminology::load {

/// Concepts are products (0002-0152), and below them packages in both forms that are in use: parted
/// (0002-0152-01), and as 11 digits (00002015201). The two name each other as `ndc10`, `ndc11`.
///
/// folder   with product.txt and package.txt, separated by tabs
/// errors   not-found · invalid: a column is missing, a code is none; those of TableFile
fhir::Result<Draft> read_ndc(const std::string& folder, const LoadOptions& options);

}  // namespace terminology::load
