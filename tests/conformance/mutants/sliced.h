// For each resource type a profile that slices one of its lists, a resource that keeps it, and
// mutants that do not. https://hl7.org/fhir/R4/profiling.html#slicing
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "facts.h"
#include "fhir/formats/json_document.h"
#include "mutant.h"

namespace mutants {

struct Sliced {
  std::string url;      // of the profile
  std::string profile;  // StructureDefinition with a snapshot, JSON
  std::string valid;    // a resource that keeps it
  std::vector<Mutant> mutants;
};

/// One closed slicing, one open at its end, one in order; of the first list of objects in the
/// example that has a text to slice by, else of its tags.
std::vector<Sliced> sliced(Facts& facts, const fhir::json::Document& example);

}  // namespace mutants
