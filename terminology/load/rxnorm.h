// Reads RxNorm in Rich Release Format.
// https://www.nlm.nih.gov/research/umls/rxnorm/docs/techdoc.html,
// https://hl7.org/fhir/R4/rxnorm.html
#pragma once

#include <string>

#include "terminology/load/draft.h"
#include "terminology/systems.h"

namespace terminology::load {

/// Concepts are what has an RXCUI, whatever source names it. A concept has the properties TTY, SAB
/// and STY, those of RXNSAT that RxNorm itself says, and each RELA to another concept; RELA `isa`
/// makes the hierarchy. Codes that SNOMED CT, ATC, CVX and NDC have for a concept become cross
/// references. What only the archive knows is inactive, with MERGED_TO_RXCUI.
///
/// folder   with RXNCONSO.RRF, itself or in `rrf`; the other files may be absent
/// errors   not-found: there is no RXNCONSO.RRF · invalid: too few columns; those of TableFile
fhir::Result<Draft> read_rxnorm(const std::string& folder, const LoadOptions& options);

}  // namespace terminology::load
