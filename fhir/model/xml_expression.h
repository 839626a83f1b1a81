// Where an element of a resource's XML stands, in FHIRPath.
// https://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.expression
#pragma once

#include <pugixml.hpp>
#include <string>

#include "fhir/definitions/definition_store.h"

namespace fhir::xml {

/// node   an element or a text in the document that pugixml took apart
/// returns   the path of the node, or of the nearest one around it that the definitions know:
///           Patient.name[0].text; empty when the root is no known resource, or it lies too deep
std::string expression_of(const pugi::xml_node& node, const DefinitionStore& definitions);

}  // namespace fhir::xml
