// What a release implies, written as resources. https://hl7.org/fhir/R4/codesystem.html
#pragma once

#include <string>
#include <string_view>

#include "terminology/implied.h"

namespace terminology {

/// Of content not-present: the concepts are asked for by the operations.
std::string code_system_json(const Implied& implied);

/// With the first elements of its one group.
std::string concept_map_json(const Implied& implied);

/// body   a ValueSet without id and meta, as implicit_value_set() writes it
std::string value_set_json(const Implied& implied, std::string_view body);

}  // namespace terminology
