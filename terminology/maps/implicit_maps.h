// All concept maps that the loaded releases imply.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "terminology/concept_map.h"
#include "terminology/release/release_code_system.h"

namespace terminology::maps {

/// Immutable; safe for any number of threads.
class ImplicitMaps {
 public:
  struct Entry {
    std::unique_ptr<const ConceptMap> map;
    const release::ReleaseCodeSystem* release;  // which implies it
  };

  ImplicitMaps() = default;
  /// releases   the newest of each code system first; kept as long as this
  explicit ImplicitMaps(std::vector<std::shared_ptr<const release::ReleaseCodeSystem>> releases);

  /// By url, with or without |version; of SNOMED CT also with an edition, or a version of one, in
  /// the url: `http://snomed.info/sct/<module>/version/<date>?fhir_cm=…`. Null when there is none.
  const ConceptMap* find(std::string_view canonical) const;
  /// Of each url the map of the newest release: those that a question without a map goes to.
  std::span<const ConceptMap* const> newest() const { return newest_; }
  /// Those of all releases, in their order.
  std::span<const Entry> all() const { return maps_; }

 private:
  std::vector<std::shared_ptr<const release::ReleaseCodeSystem>> releases_;
  std::vector<Entry> maps_;
  std::vector<const ConceptMap*> newest_;
};

}  // namespace terminology::maps
