// Whether a narrative's div is what FHIR allows. https://hl7.org/fhir/R4/narrative.html#rules
#pragma once

#include <string_view>

namespace fhir {

/// Rules txt-1 and txt-2: well-formed, a `div` in the XHTML namespace, only the allowed elements
/// and attributes, and some content that is no white space.
bool html_checks(std::string_view xhtml);

}  // namespace fhir
