// StructureDefinition/$snapshot: the snapshot that a differential makes.
// https://hl7.org/fhir/R4/structuredefinition-operation-snapshot.html
#pragma once

#include "src/operations/operation.h"

namespace server::operations {

/// Parameters `definition` (a StructureDefinition, which may be the body itself) or `url` (of one
/// that is known here); on an instance neither. Nothing is stored.
///
/// deviation: definitions are held without their prose, so that what an element inherits comes
/// without it; what the differential says itself stays.
/// errors   required: neither · invalid: both, or another resource · not-found: no such definition,
///          or the base of this one · structure, too-costly: the differential does not fit its base
fhir::Result<std::string> snapshot(const Invocation& invocation);

}  // namespace server::operations
