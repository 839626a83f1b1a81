// Reads the Anatomical Therapeutic Chemical classification from a plain table.
// https://www.whocc.no/atc_ddd_index/
#pragma once

#include <string>

#include "terminology/load/draft.h"

namespace terminology::load {

/// A code stands below the group of the level above: A, A01, A01A, A01AA, A01AA01.
///
/// path     .csv: separated by commas, else by tabs, with or without a line of names; the first
///          column is the code, the second the name, and named ones (DDD, UOM, Adm.R, Note) become
///          properties
/// errors   not-found · invalid: a code is none of ATC; those of TableFile
fhir::Result<Draft> read_atc(const std::string& path, const LoadOptions& options);

}  // namespace terminology::load
