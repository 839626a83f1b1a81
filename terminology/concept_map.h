// A concept map made ready to be asked in both directions.
// https://hl7.org/fhir/R4/conceptmap.html
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/formats/json_value.h"
#include "terminology/code_index.h"
#include "terminology/maps/implicit_map.h"

namespace terminology {

/// dependsOn and product: an element with the value that it must have, or gets.
struct MapLink {
  std::string_view property;  // uri of the element
  std::string_view system;
  std::string_view value;
  std::string_view display;
};

struct MapTarget {
  std::string_view code;  // empty: there is no mapping (unmatched)
  std::string_view display;
  std::string_view equivalence;  // of the target to the source
  std::string_view comment;
  std::span<const MapLink> depends_on;
  std::span<const MapLink> products;
};

struct MapElement {
  std::string_view code;
  std::string_view display;
  std::span<const MapTarget> targets;
};

/// A target, seen from its element: what a reversed translation walks.
struct MapPair {
  const MapElement* element;
  const MapTarget* target;
};

struct MapGroup {
  enum class Unmapped : std::uint8_t { none, provided, fixed, other_map };

  std::string_view source, source_version;
  std::string_view target, target_version;
  std::span<const MapElement> elements;
  std::vector<MapPair> pairs;
  CodeIndex by_source;  // into elements
  CodeIndex by_target;  // into pairs
  Unmapped unmapped = Unmapped::none;
  std::string_view unmapped_code, unmapped_display;
  std::string_view unmapped_url;  // of the other map
};

/// Immutable; safe for any number of threads.
class ConceptMap {
 public:
  static std::unique_ptr<const ConceptMap> make(const fhir::json::Value& resource);

  /// What an implicit map says of itself.
  struct Implicit {
    std::string url, version, title;
    std::string source, target;  // urls of code systems; the value sets are all their codes
  };
  /// A map that has one group without elements, and asks `map` instead.
  static std::unique_ptr<const ConceptMap> make_implicit(const Implicit& about,
                                                         std::unique_ptr<const ImplicitMap> map);

  std::string_view url() const { return url_; }
  std::string_view version() const { return version_; }
  std::string_view source_value_set() const { return source_value_set_; }  // empty: not said
  std::string_view target_value_set() const { return target_value_set_; }
  std::span<const MapGroup> groups() const { return groups_; }
  std::string_view title() const { return title_; }
  /// Null: the groups say everything.
  const ImplicitMap* implicit() const { return implicit_.get(); }

 private:
  ConceptMap() = default;
  MapGroup read_group(const fhir::json::Value& source);
  MapTarget read_target(const fhir::json::Value& source);
  std::span<const MapLink> read_links(const fhir::json::Value* source);
  std::string_view keep(std::string_view text) { return arena_.copy(text); }

  fhir::Arena arena_;
  std::string_view url_, version_, title_, source_value_set_, target_value_set_;
  std::vector<MapGroup> groups_;
  std::unique_ptr<const ImplicitMap> implicit_;
};

}  // namespace terminology
