// Subsumption and displays: https://hl7.org/fhir/R4/codesystem.html#subsumption
#include "terminology/code_system.h"

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

}  // namespace terminology
