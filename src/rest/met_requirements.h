// Which CapabilityStatements of kind `requirements` that came with packages this server fulfils.
// https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.instantiates
#pragma once

#include <string>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_value.h"

namespace server::rest {

/// What a statement of requirements for servers marks as SHALL (or does not mark) has to be
/// offered: interactions, search parameters, includes and operations of types and of the system.
///
/// rest      CapabilityStatement.rest of this server
/// returns   canonicals with version, in order
std::vector<std::string> met_requirements(const fhir::DefinitionStore& definitions,
                                          const fhir::json::Value& rest);

}  // namespace server::rest
