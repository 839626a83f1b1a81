// The CapabilityStatement: derived from the route table, the operations and the definitions, so
// that it says what runs. https://hl7.org/fhir/R4/capabilitystatement.html
#pragma once

#include <string>

#include "src/rest/context.h"

namespace server::rest {

enum class Portion : std::uint8_t { all, normative };

/// date      of the snapshot, UTC milliseconds
/// portion   normative: only the resource types that are normative in R4
std::string capability_statement(const Options& options, const fhir::DefinitionStore& definitions,
                                 std::int64_t date, Portion portion = Portion::all);

}  // namespace server::rest
