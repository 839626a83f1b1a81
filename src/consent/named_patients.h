// The patients that the text of a resource names, without reading it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace server::consent {

/// Ids behind every `Patient/` in the text, and of a Patient its own: at least those in whose
/// compartment it is. Each once; views into the arguments.
///
/// body   JSON as it is stored: solidus and letters are written as they are
std::vector<std::string_view> named_patients(std::string_view type, std::string_view id,
                                             std::string_view body);

/// The same of a body in pieces, none of which ends within a reference.
std::vector<std::string_view> named_patients(std::string_view type, std::string_view id,
                                             std::span<const std::string_view> body);

}  // namespace server::consent
