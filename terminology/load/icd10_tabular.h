// The tabular list of ICD-10-CM, in the XML of its publisher.
#pragma once

#include <string>

#include "terminology/load/draft.h"

namespace terminology::load {

/// Adds chapters, blocks and codes with what is written at them: inclusion terms are designations,
/// notes (includes, excludes1, excludes2, codeFirst, useAdditionalCode, …) properties.
///
/// errors   not-found, invalid: it cannot be read, or is no tabular list
fhir::Result<void> read_icd10_tabular(const std::string& path, Draft& draft);

}  // namespace terminology::load
