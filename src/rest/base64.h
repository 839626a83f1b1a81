// base64Binary as FHIR writes it (RFC 4648 section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace server::rest {

std::string to_base64(std::string_view bytes);

/// White space is passed over; nothing for what is no base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace server::rest
