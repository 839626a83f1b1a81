// Finds claims in the payload of a token.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/formats/json_value.h"

namespace server::security {

/// The texts at a place (see ClaimPlaces): of a text itself, of an array its texts; none otherwise.
std::vector<std::string> claim_texts(const fhir::json::Value& claims, std::string_view place);

/// The first of them; empty when there is none.
std::string claim_text(const fhir::json::Value& claims, std::string_view place);

}  // namespace server::security
