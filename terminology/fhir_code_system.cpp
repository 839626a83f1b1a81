// https://hl7.org/fhir/R4/codesystem.html#hierarchy,
// https://hl7.org/fhir/R4/codesystem.html#properties
#include "terminology/fhir_code_system.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "terminology/code_system_reader.h"

namespace terminology {

std::unique_ptr<const FhirCodeSystem> FhirCodeSystem::make(
    const fhir::json::Value& resource, std::span<const fhir::json::Value> supplements) {
  std::unique_ptr<FhirCodeSystem> system(new FhirCodeSystem);
  CodeSystemReader(*system).read(resource, supplements);
  return system;
}

fhir::Membership FhirCodeSystem::has(std::string_view code) const {
  if (find(code) != k_no_concept) return fhir::Membership::yes;
  return info_.content == Content::complete ? fhir::Membership::no : fhir::Membership::unknown;
}

ConceptId FhirCodeSystem::find(std::string_view code) const {
  ConceptId found = k_no_concept;
  index_.probe(code, [&](std::uint32_t position) {
    const std::string_view candidate = nodes_[position].value.code;
    if (candidate == code) {
      found = position;
      return true;
    }
    if (found == k_no_concept && !info_.is_case_sensitive && equals_ignoring_case(candidate, code))
      found = position;
    return false;
  });
  return found;
}

std::string_view FhirCodeSystem::property_uri(std::string_view code) const {
  for (const DeclaredProperty& property : declared_) {
    if (property.code == code && !property.uri.empty()) return property.uri;
  }
  return standard_property_uri(code);
}

bool FhirCodeSystem::is_a(ConceptId id, ConceptId ancestor) const {
  if (id == ancestor) return true;
  std::span<const ConceptId> above = parents(id);
  // The usual case is a tree; a chain longer than the system has concepts is a cycle.
  for (std::size_t steps = 0; above.size() == 1; ++steps) {
    if (above[0] == ancestor) return true;
    if (steps == nodes_.size()) return false;
    above = parents(above[0]);
  }
  std::vector<ConceptId> found(above.begin(), above.end());
  std::unordered_set<ConceptId> seen(found.begin(), found.end());
  for (std::size_t at = 0; at < found.size(); ++at) {
    if (found[at] == ancestor) return true;
    for (ConceptId parent : parents(found[at])) {
      if (seen.insert(parent).second) found.push_back(parent);
    }
  }
  return false;
}

}  // namespace terminology
