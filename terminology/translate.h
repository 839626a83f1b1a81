// A code's counterparts by concept maps.
// https://hl7.org/fhir/R4/conceptmap-operation-translate.html
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "fhir/model/terminology_provider.h"
#include "terminology/concept_map.h"
#include "terminology/terminology.h"

namespace terminology {

enum class Direction : std::uint8_t { forward, reverse };

struct TranslateQuestion {
  fhir::Coding coding;             // of the target's system when the direction is reverse
  std::string_view target_system;  // empty: any
  Direction direction = Direction::forward;
  std::vector<MapLink> dependencies = {};  // property, system and value are read
};

/// Views into the concept map, the release it asks, or the question.
struct TranslateMatch {
  std::string_view equivalence;  // of what is found to what was asked
  std::string_view system, version, code, display;
  std::string_view comment;
  std::span<const MapLink> products;
  std::string_view source;  // url of the map
  std::string_view source_version = {};
  std::vector<MapLink> own_products = {};  // beside products: of an implicit map
  /// unmatched and disjoint say that there is no such counterpart.
  bool is_positive() const { return equivalence != "unmatched" && equivalence != "disjoint"; }
};

/// "The mapping is reversed": what was wider is narrower.
std::string_view reversed(std::string_view equivalence);

/// What one map says, its unmapped rules included; maps that these name are found in `terminology`.
std::vector<TranslateMatch> translate(const Terminology& terminology, const ConceptMap& map,
                                      const TranslateQuestion& question);

}  // namespace terminology
