// Which profiles the definitions hold for each resource type, beyond those of R4 itself.
// https://hl7.org/fhir/R4/capabilitystatement-definitions.html#CapabilityStatement.rest.resource.supportedProfile
#pragma once

#include <map>
#include <set>
#include <string>

#include "fhir/definitions/definition_store.h"

namespace server::rest {

/// By the name of the resource type; canonicals in order.
std::map<std::string, std::set<std::string>, std::less<>> supported_profiles(
    const fhir::DefinitionStore& definitions);

}  // namespace server::rest
