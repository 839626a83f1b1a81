// Loads a release of SNOMED CT (RF2) into a release file.
// https://docs.snomed.org/snomed-ct-specifications/snomed-ct-release-file-specification
#pragma once

#include <string>

#include "fhir/base/result.h"
#include "terminology/load/progress.h"

namespace terminology::load {

/// Of a snapshot each component as it is; of a full release its latest version, or that of
/// options.version (yyyymmdd). Stated relationships, OWL axioms, and members of reference sets
/// about descriptions and relationships (but for language) are left out.
///
/// folder   with the release somewhere below it
/// target   folder for the release file, which is named after edition and version
/// errors   not-found: files are missing · invalid: a line that is damaged, with file and line ·
///          business-rule: a concept stands above itself · too-costly, no-store, exception
fhir::Result<LoadReport> load_rf2(const std::string& folder, const std::string& target,
                                  const LoadOptions& options);

}  // namespace terminology::load
