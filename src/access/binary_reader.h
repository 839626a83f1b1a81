// Which Binaries a patient may read: no compartment holds them. https://hl7.org/fhir/R4/binary.html
#pragma once

#include "src/access/access.h"

namespace server::access {

/// Whether the token is a patient's own, with a scope that names Binary: then those may be read
/// whose `securityContext` may be. Anybody else reads all of them or none, by the role.
bool reads_by_context(const Access& access);

}  // namespace server::access
