// How coded elements stand to value sets. https://hl7.org/fhir/R4/terminologies.html
#pragma once

#include <optional>

#include "fhir/model/element.h"
#include "fhir/model/terminology_provider.h"

namespace fhir::validation {

/// Of a code, Coding, CodeableConcept or Quantity; nothing when it has no code at all.
std::optional<Membership> membership_of(const Element& element, const CodeSet& set);

}  // namespace fhir::validation
