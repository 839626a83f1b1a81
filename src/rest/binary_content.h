// A Binary as what it holds. https://hl7.org/fhir/R4/binary.html#rest
#pragma once

#include <string_view>

#include "src/http/message.h"

namespace server::rest {

/// Makes of a Binary resource's JSON the response that carries its bytes under its own type.
http::Response content_response(std::string_view binary);

}  // namespace server::rest
