// Result items as parts of a Parameters resource: the name is the type, the value stands in
// value[x], in `resource`, or, where Parameters has no such type, in an extension.
#pragma once

#include <string_view>

#include "fhir/definitions/definition_store.h"
#include "fhir/fhirpath/collection.h"
#include "fhir/fhirpath/element_path.h"
#include "fhir/formats/json_writer.h"

namespace server::operations {

inline constexpr std::string_view k_json_value =
    "http://fhir.forms-lab.com/StructureDefinition/json-value";
inline constexpr std::string_view k_xml_value =
    "http://fhir.forms-lab.com/StructureDefinition/xml-value";

void write_item_part(fhir::json::Builder& out, const fhir::fhirpath::Item& item,
                     fhir::fhirpath::ElementPaths& paths, const fhir::DefinitionStore& definitions);

}  // namespace server::operations
