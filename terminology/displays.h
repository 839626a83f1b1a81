// The texts by which a code may be shown, and which of them to show to whom.
// https://hl7.org/fhir/R4/valueset-operation-expand.html (displayLanguage)
#pragma once

#include <string_view>
#include <vector>

#include "terminology/code_system.h"
#include "terminology/language_range.h"
#include "terminology/listed_codes.h"

namespace terminology {

/// Where a code is known from. Both may be absent.
struct KnownCode {
  const CodeSystem* system = nullptr;
  ConceptId id = k_no_concept;          // in system
  const ListedCode* listing = nullptr;  // how a value set writes it out
  std::string_view set_language = {};   // of the listing's display

  bool is_in_system() const { return system != nullptr && id != k_no_concept; }
};

/// The one that is listed, else the code system's; views live as long as both.
std::string_view default_display(const KnownCode& known);
std::string_view default_language(const KnownCode& known);

/// The best for who asks; the default when nothing of what they name is there, unless they refuse
/// other languages: then empty.
std::string_view display_for(const KnownCode& known, const LanguageRanges& languages);

struct DisplayText {
  std::string_view value;
  std::string_view language;  // empty: not said
  bool is_display = true;     // false: of a use that is none of a display
};

/// All displays and designations, the default one first.
std::vector<DisplayText> displays_of(const KnownCode& known);

/// Whether a designation of that use is shown in the place of a display.
bool is_display_use(const Designation& designation);

}  // namespace terminology
