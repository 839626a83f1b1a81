// Narrative: what the invariants txt-1 and txt-2 (`htmlChecks()`) ask of a div.
// https://hl7.org/fhir/R4/narrative.html
#pragma once

#include <cstdint>
#include <string_view>

namespace fhir::validation {

enum class NarrativeFault : std::uint8_t {
  none,
  malformed,       // not one well-formed XML element
  not_a_div,       // the root is no div, or has the wrong namespace
  element,         // an element outside chapters 7 to 11 and 15 of HTML 4.0
  attribute,       // an attribute that those chapters do not have there, or an event
  declaration,     // a document type or a processing instruction
  without_content  // txt-2: "The narrative SHALL have some non-whitespace content"
};

/// Scans without building a tree and without allocating. An image counts as content.
NarrativeFault check_narrative(std::string_view xhtml);

/// The end of a sentence that begins with "The narrative …".
std::string_view text_of(NarrativeFault fault);

}  // namespace fhir::validation
