// What `#id` in a narrative may mean: ids of elements and resources, anchors of narratives.
// https://hl7.org/fhir/R4/narrative.html
#pragma once

#include <string_view>
#include <unordered_set>

#include "fhir/formats/json_value.h"

namespace fhir::validation {

/// Views into the document.
class Anchors {
 public:
  Anchors() = default;
  /// Of a resource and all that is in it.
  explicit Anchors(const json::Value& resource) { collect(resource); }

  bool contains(std::string_view id) const { return ids_.contains(id); }

 private:
  void collect(const json::Value& value);

  std::unordered_set<std::string_view> ids_;
};

}  // namespace fhir::validation
