// Observations that R4 holds against its vital signs profiles whether they claim them or not.
// https://hl7.org/fhir/R4/observation-vitalsigns.html
#pragma once

#include <string_view>

#include "fhir/formats/json_value.h"

namespace fhir::validation {

/// The canonical of the profile that the observation's LOINC code asks for; empty: none.
std::string_view vital_sign_profile(const json::Value& observation);

}  // namespace fhir::validation
