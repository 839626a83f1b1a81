// A narrative's div on its way into an XML document.
// https://hl7.org/fhir/R4/narrative.html#xhtml
#pragma once

#include <string>
#include <string_view>

namespace fhir::xml {

/// Appends a narrative's `div` as XML: as it is where it can stand in a document. HTML's names for
/// characters, which XML does not know, become the characters; what is no well-formed `div` in the
/// XHTML namespace becomes the text of one.
void append_narrative(std::string& out, std::string_view xhtml);

}  // namespace fhir::xml
