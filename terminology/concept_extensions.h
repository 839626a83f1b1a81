// What is said of a concept, or of a resource, by extension: some of it is a property in another
// form, some is carried into expansions as it stands. https://hl7.org/fhir/R4/terminologies.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/arena.h"
#include "fhir/formats/json_value.h"
#include "terminology/code_system.h"

namespace terminology {

/// The extension of an element by its url; null when there is none.
const fhir::json::Value* extension_of(const fhir::json::Value& owner, std::string_view url);

/// The value[x] of an extension; null when it has none.
const fhir::json::Value* value_of_extension(const fhir::json::Value& extension);

/// structuredefinition-standards-status: deprecated, withdrawn …; empty when it is not said.
std::string_view standards_status_of(const fhir::json::Value& owner);

/// The extensions that an expansion repeats, as a JSON array: how a code is to be rendered, and
/// what names or judges a designation. Empty when there are none.
std::string carried_extensions(const fhir::json::Value& owner);

/// Appends what extensions of a concept say of its order, label, weight and status, as properties.
void read_extension_properties(const fhir::json::Value& owner, fhir::Arena& arena,
                               std::vector<Property>& out);

}  // namespace terminology
