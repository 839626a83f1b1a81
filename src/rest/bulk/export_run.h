// Writes the files of an export: the data of one moment.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html
#pragma once

#include <cstdint>

#include "src/bulk/export_files.h"
#include "src/bulk/export_request.h"
#include "src/jobs/progress.h"
#include "src/rest/context.h"

namespace server::rest {

/// Everything is as of one moment, whatever is written meanwhile (moment.h). What is erased
/// meanwhile is left out. Memory is bounded by a page of resources, and by the ids of what members'
/// resources refer to.
///
/// returns   the time of the data, UTC milliseconds: nothing that was changed up to it is missing,
///           nothing later is there
/// errors    of the store · no-store, too-costly: of the files · forbidden: the token does not
///           reach as far as it did
fhir::Result<std::int64_t> run_export(const bulk::ExportRequest& request, const Options& options,
                                      const Snapshot& snapshot, bulk::ExportFiles& files,
                                      jobs::Progress& progress);

}  // namespace server::rest
