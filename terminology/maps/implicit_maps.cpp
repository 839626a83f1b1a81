#include "terminology/maps/implicit_maps.h"

#include <algorithm>
#include <string>
#include <utility>

#include "terminology/maps/rxnorm_maps.h"
#include "terminology/maps/snomed_maps.h"
#include "terminology/snomed/edition.h"
#include "terminology/systems.h"

namespace terminology::maps {
namespace {

constexpr std::string_view k_mark = "?fhir_cm=";

}  // namespace

ImplicitMaps::ImplicitMaps(std::vector<std::shared_ptr<const release::ReleaseCodeSystem>> releases)
    : releases_(std::move(releases)) {
  for (const auto& system : releases_) {
    std::vector<std::unique_ptr<const ConceptMap>> made;
    if (const auto* edition = dynamic_cast<const snomed::Edition*>(system.get()))
      made = snomed_maps(*edition, *edition);
    else if (system->release().kind == "rxnorm")
      made = rxnorm_maps(system);
    for (auto& map : made) maps_.push_back({std::move(map), system.get()});
  }
  for (const auto& [map, release] : maps_) {
    if (std::none_of(newest_.begin(), newest_.end(),
                     [url = map->url()](const ConceptMap* known) { return known->url() == url; }))
      newest_.push_back(map.get());
  }
}

const ConceptMap* ImplicitMaps::find(std::string_view canonical) const {
  const std::size_t bar = std::min(canonical.find('|'), canonical.size());
  std::string url(canonical.substr(0, bar));
  std::string version(bar < canonical.size() ? canonical.substr(bar + 1) : std::string_view{});
  const std::size_t mark = url.find(k_mark);
  if (mark == std::string::npos) return nullptr;
  if (url.starts_with(k_snomed_url) && mark > k_snomed_url.size()) {
    version = url.substr(0, mark);
    url = std::string(k_snomed_url).append(url, mark);
  }
  for (const auto& [map, release] : maps_) {
    if (map->url() != url) continue;
    const std::string_view own = map->version();
    const bool is_edition = own.starts_with(version) && own.substr(version.size()).starts_with('/');
    if (version.empty() || own == version || is_edition) return map.get();
  }
  return nullptr;
}

}  // namespace terminology::maps
