// A ValueSet that lists codes with their displays, such as that of SNOMED CT's Global Patient Set:
// the part of their code system that it shows.
#pragma once

#include <string>

#include "terminology/load/draft.h"

namespace terminology::load {

/// Reads a ValueSet in JSON whose compose lists the concepts of one code system. The release is a
/// fragment of that system: of a code that it does not list nothing is known. It has no hierarchy.
///
/// errors   not-found: no such file · invalid: no ValueSet, or no list of concepts · not-supported:
///          filters, excludes, or concepts of several systems · too-costly: the file is too large
fhir::Result<Draft> read_listed_value_set(const std::string& path, const LoadOptions& options);

}  // namespace terminology::load
