// Which format and which preferences a request asks for.
// https://hl7.org/fhir/R4/http.html#mime-type
#pragma once

#include "src/rest/context.h"
#include "src/rest/media_type.h"

namespace server::rest {

/// What of a request says how to answer, not what.
struct Presentation {
  Format format = Format::json;
  /// Whether the client named the format; otherwise a Binary is sent as what it holds.
  bool names_format = false;
  /// `application/json` and its like, when that is what the client asks for; kept for ever.
  std::string_view generic_type;
  bool pretty = false;
  ReturnPreference prefer_return = ReturnPreference::unsaid;
  bool lenient = false;
  bool respond_async = false;
};

/// Reads Accept, _format, _pretty and Prefer, and removes _format and _pretty from the parameters.
///
/// any_type   the answer may be of any type (a Binary's content): nothing is refused
/// errors     not-supported (406): only formats that this server does not write
fhir::Result<Presentation> negotiate(const http::Headers& headers, Parameters& parameters,
                                     bool any_type = false);

/// Whether a content type is of a format, whatever it says in it: `application/vnd.xacml+json`.
bool is_of_format(std::string_view content_type, Format format);

/// The format of a body by its Content-Type; an issue (415) when it cannot be read.
fhir::Result<Format> body_format(const http::Headers& headers);

}  // namespace server::rest
