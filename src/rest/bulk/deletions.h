// What was deleted since the time a client asked from, as transactions that delete it there too.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---complete-status
#pragma once

#include <functional>
#include <string_view>

#include "src/rest/bulk/export_walk.h"

namespace server::rest {

/// "an array of deleted file items … FHIR Transaction Bundles that indicate which FHIR resources
/// would have been returned, but have been deleted subsequent to that date"
///
/// would_be_returned   judged by the last version that was no deletion; null: all would
/// errors              of the store; where the token does not allow the history of the type, that
/// is
///                     told among the export's errors
fhir::Result<void> write_deletions(
    ExportContext& context, std::string_view type,
    const std::function<bool(const storage::Version&)>& would_be_returned);

/// Adds one line to the export's errors.
fhir::Result<void> tell(ExportContext& context, fhir::Severity severity, fhir::IssueType type,
                        std::string diagnostics);

}  // namespace server::rest
