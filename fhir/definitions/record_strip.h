// Writes a conformance resource without what nothing reads: narrative, publishers, mappings, the
// prose of elements. https://hl7.org/fhir/R4/structuredefinition.html
#pragma once

#include <string>

#include "fhir/formats/json_value.h"

namespace fhir::definitions {

/// expansion   null, or an expansion to add to a ValueSet that has none
std::string stripped(const json::Value& resource, const json::Value* expansion = nullptr);

}  // namespace fhir::definitions
