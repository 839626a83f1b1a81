// A record is the same in both snapshots when its text is at the same place.
#include "terminology/changes.h"

#include <algorithm>

namespace terminology {

Changes::Changes(const fhir::DefinitionStore& before, const fhir::DefinitionStore& after) {
  for (std::string_view type : {"CodeSystem", "ValueSet"})
    compare(before.records(type), after.records(type));
}

void Changes::compare(std::span<const fhir::ConformanceRecord> before,
                      std::span<const fhir::ConformanceRecord> after) {
  if (before.data() == after.data() && before.size() == after.size()) return;
  const std::size_t common = std::min(before.size(), after.size());
  std::vector<const fhir::ConformanceRecord*> gone;
  std::vector<const fhir::ConformanceRecord*> come;
  for (std::size_t i = 0; i < std::max(before.size(), after.size()); ++i) {
    if (i < common && before[i].json.data() == after[i].json.data()) continue;
    if (i < before.size()) gone.push_back(&before[i]);
    if (i < after.size()) come.push_back(&after[i]);
  }
  // What has only moved is in both lists.
  std::unordered_set<const char*> texts;
  for (const auto* record : gone) texts.insert(record->json.data());
  std::unordered_set<const char*> moved;
  for (const auto* record : come) {
    if (texts.contains(record->json.data())) {
      moved.insert(record->json.data());
    } else {
      add(*record);
    }
  }
  for (const auto* record : gone) {
    if (!moved.contains(record->json.data())) add(*record);
  }
}

void Changes::add(const fhir::ConformanceRecord& record) {
  urls_.emplace(record.url);
  if (record.type != "CodeSystem") return;
  for (std::string_view name : {k_supplements, k_value_set}) {
    for_each_text(record.json, name,
                  [&](std::string_view canonical) { urls_.emplace(without_version(canonical)); });
  }
}

}  // namespace terminology
