// What the characters of a reference mean: https://hl7.org/fhir/R4/search.html#reference
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tests/unit/property/evaluator.h"

namespace property_test {

/// `Type/id` of one of ours however it is written; the text itself of any other.
std::string target_of(std::string_view reference);

/// The type of what a Reference points to, from its characters, else from Reference.type.
std::string target_type(const Place& place, const fhir::Element& reference);

/// The resource that `#id` names within the container.
std::optional<fhir::Element> contained(const Resource& container, std::string_view id);

}  // namespace property_test
