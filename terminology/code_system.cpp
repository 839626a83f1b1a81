// Subsumption and displays: https://hl7.org/fhir/R4/codesystem.html#subsumption
#include "terminology/code_system.h"

#include <algorithm>

#include "terminology/code_text.h"
#include "terminology/language_tag.h"

namespace terminology {

Subsumption compare(const CodeSystem& system, ConceptId a, ConceptId b) {
  if (a == b) return Subsumption::equivalent;
  if (!system.info().hierarchy_is_subsumption) return Subsumption::not_subsumed;
  if (system.is_a(b, a)) return Subsumption::subsumes;
  if (system.is_a(a, b)) return Subsumption::subsumed_by;
  return Subsumption::not_subsumed;
}

std::string_view display_in(const CodeSystem& system, ConceptId id, std::string_view language) {
  if (!language.empty()) {
    for (const Designation& designation : system.designations(id)) {
      if (language_serves(designation.language, language)) return designation.value;
    }
  }
  return system.at(id).display;
}

bool has_display(const CodeSystem& system, ConceptId id, std::string_view text) {
  if (equals_ignoring_case(system.at(id).display, text)) return true;
  const auto designations = system.designations(id);
  return std::any_of(designations.begin(), designations.end(), [&](const Designation& designation) {
    return equals_ignoring_case(designation.value, text);
  });
}

bool has_display_in(const CodeSystem& system, ConceptId id, std::string_view language) {
  const std::string_view own = system.info().language.empty() ? "en" : system.info().language;
  if (language_serves(own, language)) return true;
  const auto designations = system.designations(id);
  return std::any_of(designations.begin(), designations.end(), [&](const Designation& designation) {
    return language_serves(designation.language, language);
  });
}

}  // namespace terminology
