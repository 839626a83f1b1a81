// Whether two JSON values mean the same. RFC 6902 section 4.6
#pragma once

#include "fhir/formats/json_value.h"

namespace fhir::patch {

/// Strings by their characters, numbers by their numeric value, objects whatever the order of their
/// members.
bool is_equal(const json::Value& a, const json::Value& b);

/// The same for what FHIR stores: a decimal's precision counts, so 1.0 and 1.00 differ.
bool is_identical(const json::Value& a, const json::Value& b);

}  // namespace fhir::patch
