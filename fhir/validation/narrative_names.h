// The elements, attributes and classes of a narrative that have a meaning.
// https://hl7.org/fhir/R4/narrative.html#id https://www.w3.org/TR/html401/
#pragma once

#include <string_view>

namespace fhir::validation {

/// Whether a narrative may have the element: the basic formatting of HTML 4.0, chapters 7 to 11 and
/// 15, and links and images.
bool is_narrative_element(std::string_view name);

/// Whether the element may have the attribute there.
bool is_narrative_attribute(std::string_view element, std::string_view attribute);

/// Whether a list of classes has one that says where the text comes from.
/// https://hl7.org/fhir/R5/narrative.html#class
bool tells_source(std::string_view classes);

}  // namespace fhir::validation
