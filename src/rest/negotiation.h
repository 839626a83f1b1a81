// Which format and which preferences a request asks for.
// https://hl7.org/fhir/R4/http.html#mime-type
#pragma once

#include "src/rest/context.h"

namespace server::rest {

/// What of a request says how to answer, not what.
struct Presentation {
  bool pretty = false;
  ReturnPreference prefer_return = ReturnPreference::unsaid;
  bool lenient = false;
};

/// Reads Accept, _format, _pretty and Prefer, and removes _format and _pretty from the parameters.
///
/// errors   not-supported (406): only formats that this server does not write
fhir::Result<Presentation> negotiate(const http::Headers& headers, Parameters& parameters);

/// Whether a body of this Content-Type can be read; an issue (415) otherwise.
fhir::Result<void> check_content_type(const http::Headers& headers);

}  // namespace server::rest
