// The resources that loaded releases stand for: a CodeSystem of each, the ValueSet of all its
// codes, and the ConceptMaps that it implies. They are made when somebody reads them.
// https://hl7.org/fhir/R4/snomedct.html#implicit
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "terminology/concept_map.h"
#include "terminology/maps/implicit_maps.h"
#include "terminology/releases.h"

namespace terminology {

inline constexpr std::size_t k_implied_elements_max = 200;  // of a ConceptMap that is read

/// Views live as long as the releases and maps.
struct Implied {
  std::string_view type;  // CodeSystem, ValueSet or ConceptMap
  std::string id;         // as [base]/[type]/[id]; the same as long as the release is
  std::string url, version;
  const release::ReleaseCodeSystem* release = nullptr;
  const ConceptMap* map = nullptr;  // of a ConceptMap
  /// When the release was loaded, in UTC milliseconds.
  std::int64_t loaded = 0;
};

/// Immutable; safe for any number of threads.
class ImpliedResources {
 public:
  ImpliedResources() = default;
  /// Both outlive this.
  ImpliedResources(const Releases& releases, const maps::ImplicitMaps& maps);

  /// By type, url, and the newest version first.
  std::span<const Implied> all() const { return all_; }
  /// Null when there is none.
  const Implied* find(std::string_view type, std::string_view id) const;

  /// A value set that is not among them for there is no end to its kind: `isa/`, `refset/`, `ecl/`,
  /// the lists of LOINC. Nothing when no release has it.
  ///
  /// canonical   with or without |version
  std::optional<Implied> value_set(std::string_view canonical) const;

  /// The resource, with id and meta. A ConceptMap of more than k_implied_elements_max codes has the
  /// first of them and the tag SUBSETTED: $translate answers of all.
  std::string json(const Implied& implied) const;

 private:
  const Releases* releases_ = nullptr;
  std::vector<Implied> all_;
};

}  // namespace terminology
