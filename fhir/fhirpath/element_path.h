// Where an element stands in its resource, as a path of names and indices that leads to it alone.
// https://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.expression
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/model/element.h"

namespace fhir::fhirpath {

enum class PathStyle : std::uint8_t {
  brief,    // an index only where the element repeats: Patient.name[0].family
  indexed,  // an index at every step: Patient.name[0].family[0]
};

/// The paths of all elements of one resource. The tree is walked once, at the first question.
class ElementPaths {
 public:
  explicit ElementPaths(const Element& root) : root_(root) {}

  /// Empty when the element is none of the resource's.
  std::string find(const Element& element, PathStyle style = PathStyle::brief);

 private:
  struct Step {
    std::uint32_t parent;
    std::uint32_t index;
    bool repeats;
    std::string_view name;
  };

  void walk(const Element& element, std::uint32_t at);

  Element root_;
  std::vector<Step> steps_;  // the root is the first
  std::unordered_map<const void*, std::uint32_t> by_value_;
};

}  // namespace fhir::fhirpath
