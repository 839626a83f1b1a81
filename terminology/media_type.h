// Media types: new ones are registered every week, so they are judged by their grammar.
// https://www.rfc-editor.org/rfc/rfc6838 (BCP 13), section 4.2; parameters by RFC 9110,
// section 5.6.6
#pragma once

#include <string_view>

namespace terminology {

/// Whether the text is a media type, perhaps with parameters: `text/html; charset=UTF-8`.
///
/// deviation: `xml`, `json` and `ttl`, which RFC 6838 does not know, are media types: FHIR defines
/// these short forms (https://hl7.org/fhir/R4/http.html#mime-type) and its own examples use them in
/// elements with a required binding to BCP 13.
bool is_media_type(std::string_view text);

}  // namespace terminology
