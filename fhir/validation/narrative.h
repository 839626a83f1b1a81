// Narrative: what the invariants txt-1 and txt-2 (`htmlChecks()`) ask of a div.
// https://hl7.org/fhir/R4/narrative.html
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

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

/// What a narrative points to, what may be pointed to in it, and what its parts are. Views into its
/// text, as written.
struct NarrativeLinks {
  std::vector<std::string_view> targets;    // href of a and area, src of img
  std::vector<std::string_view> anchors;    // id of any element, name of a
  std::vector<std::string_view> languages;  // lang, or xml:lang, of what stands below the root
  bool has_part_without_source = false;     // text below the root, or an element of no such class
  void clear() {
    has_part_without_source = false;
    languages.clear();
    targets.clear();
    anchors.clear();
  }
};

/// Scans without building a tree and, but for the links, without allocating. An image counts as
/// content.
/// links   may be null; of a malformed narrative those before the fault are added
NarrativeFault check_narrative(std::string_view xhtml, NarrativeLinks* links = nullptr);

/// The end of a sentence that begins with "The narrative …".
std::string_view text_of(NarrativeFault fault);

}  // namespace fhir::validation
