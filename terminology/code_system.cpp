// Subsumption and displays: https://hl7.org/fhir/R4/codesystem.html#subsumption
#include "terminology/code_system.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "terminology/code_text.h"
#include "terminology/concept_set.h"
#include "terminology/language_tag.h"

namespace terminology {

std::string_view standard_property_uri(std::string_view code) {
  // Asked for each property of a concept: what is none differs in length or first letter mostly.
  constexpr std::string_view k_base = "http://hl7.org/fhir/concept-properties#";
  static constexpr std::array<std::string_view, 12> k_uris = {
      "http://hl7.org/fhir/concept-properties#status",
      "http://hl7.org/fhir/concept-properties#inactive",
      "http://hl7.org/fhir/concept-properties#notSelectable",
      "http://hl7.org/fhir/concept-properties#parent",
      "http://hl7.org/fhir/concept-properties#child",
      "http://hl7.org/fhir/concept-properties#definition",
      "http://hl7.org/fhir/concept-properties#order",
      "http://hl7.org/fhir/concept-properties#label",
      "http://hl7.org/fhir/concept-properties#comment",
      "http://hl7.org/fhir/concept-properties#deprecationDate",
      "http://hl7.org/fhir/concept-properties#retirementDate",
      "http://hl7.org/fhir/concept-properties#itemWeight"};
  if (code == "weight") return k_uris.back();
  for (std::string_view uri : k_uris) {
    if (uri.size() == k_base.size() + code.size() && uri.ends_with(code)) return uri;
  }
  return {};
}

namespace {

/// What steps lead to from a concept, without itself even where they lead back to it.
template <class Step>
std::vector<ConceptId> reachable(ConceptId id, Step&& step) {
  std::vector<ConceptId> found;
  std::unordered_set<ConceptId> seen = {id};
  const auto add = [&](ConceptId from) {
    for (ConceptId next : step(from)) {
      if (seen.insert(next).second) found.push_back(next);
    }
  };
  add(id);
  for (std::size_t at = 0; at < found.size(); ++at) add(found[at]);
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

Subsumption compare(const CodeSystem& system, ConceptId a, ConceptId b) {
  if (a == b) return Subsumption::equivalent;
  if (!system.info().hierarchy_is_subsumption) return Subsumption::not_subsumed;
  if (system.is_a(b, a)) return Subsumption::subsumes;
  if (system.is_a(a, b)) return Subsumption::subsumed_by;
  return Subsumption::not_subsumed;
}

std::vector<ConceptId> CodeSystem::descendants(ConceptId id) const {
  return reachable(id, [this](ConceptId from) { return children(from); });
}

std::vector<ConceptId> CodeSystem::ancestors(ConceptId id) const {
  return reachable(id, [this](ConceptId from) { return parents(from); });
}

std::optional<fhir::Result<ConceptSet>> CodeSystem::select(std::string_view, std::string_view,
                                                           std::string_view) const {
  return std::nullopt;
}

std::string_view CodeSystem::display_in(ConceptId id, std::string_view language) const {
  if (!language.empty()) {
    for (const Designation& designation : designations(id)) {
      if (language_serves(designation.language, language)) return designation.value;
    }
  }
  return at(id).display;
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
