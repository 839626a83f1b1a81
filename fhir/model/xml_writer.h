// A tree as FHIR XML. https://hl7.org/fhir/R4/xml.html
#pragma once

#include <string>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_value.h"

namespace fhir {

/// Writes one resource with an XML declaration, elements in the order of their definition, indented
/// by two spaces a level when `pretty`. Members that the definitions do not know follow in the
/// order of the tree.
///
/// resource   an object with resourceType, valid or not
/// returns    well-formed XML, UTF-8; empty when the resourceType is no name
/// deviation: what XML cannot carry is left out or replaced: members whose name is none in XML,
///            arrays in arrays, nulls without a sibling; control characters become U+FFFD, and a
///            narrative that is no well-formed div becomes the text of one
/// source     https://hl7.org/fhir/R4/xml.html
std::string write_xml(const json::Value& resource, const DefinitionStore& definitions,
                      bool pretty = false);

}  // namespace fhir
