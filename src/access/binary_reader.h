// Which Binaries may be read of one patient: no compartment holds them.
// https://hl7.org/fhir/R4/binary.html
#pragma once

#include "src/access/access.h"

namespace server::access {

/// Whether the token has a scope of one patient that names Binary: then those may be read whose
/// `securityContext` may be. For anybody but the patient the role must let Binaries be read, and
/// with a scope of all patients all of them are.
///
/// What a DocumentReference names is not read for its sake: who may write one could name any.
bool reads_by_context(const Access& access);

}  // namespace server::access
