// A CodeSystem resource in a file of its own: what is too large for a package or the store.
#pragma once

#include <string>

#include "terminology/load/draft.h"

namespace terminology::load {

/// Reads a CodeSystem in JSON with its concepts, properties, designations and hierarchy.
///
/// errors   not-found: no such file · structure, invalid: no CodeSystem, or none with a url ·
///          not-supported: it has no concepts, or is a supplement · too-costly: the file is too
///          large
/// source   https://hl7.org/fhir/R4/codesystem.html
fhir::Result<Draft> read_code_system_resource(const std::string& path, const LoadOptions& options);

}  // namespace terminology::load
