// Exports at the levels of Patient and Group: the data of patients, and what it needs to be
// understood.
#pragma once

#include "src/rest/bulk/export_walk.h"

namespace server::rest {

/// errors   of the store and the files · not-found: the group is gone
fhir::Result<void> export_patients(ExportContext& context);

}  // namespace server::rest
