// https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.supplements,
// https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.valueSet
#include "terminology/code_system_links.h"

#include "terminology/changes.h"

namespace terminology {

using fhir::ConformanceRecord;

std::vector<const ConformanceRecord*> CodeSystemLinks::supplements_of(std::string_view url) const {
  std::call_once(once_, [this] { find(); });
  std::vector<const ConformanceRecord*> found;
  for (auto [at, end] = supplements_.equal_range(url); at != end; ++at) found.push_back(at->second);
  return found;
}

const ConformanceRecord* CodeSystemLinks::owner_of(std::string_view value_set_url) const {
  std::call_once(once_, [this] { find(); });
  const auto named = value_sets_.find(value_set_url);
  return named != value_sets_.end() ? named->second : nullptr;
}

void CodeSystemLinks::find() const {
  for (const ConformanceRecord& record : code_systems_) {
    for_each_text(record.json, k_supplements, [&](std::string_view canonical) {
      supplements_.emplace(without_version(canonical), &record);
    });
    for_each_text(record.json, k_value_set, [&](std::string_view canonical) {
      value_sets_.emplace(without_version(canonical), &record);
    });
  }
}

}  // namespace terminology
