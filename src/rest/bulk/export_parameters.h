// A kick-off request as what it asks for, refused where it cannot be understood.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters
#pragma once

#include "src/bulk/export_request.h"
#include "src/rest/context.h"

namespace server::rest {

/// Reads the parameters of the URL, and of the Parameters resource of a POST. Whose data it is, and
/// whether the patients are there, is for the caller.
///
/// errors   value: a type, time, format, filter or reference that is none · not-supported: a
///          parameter that is not known, or that this server does not serve; with `Prefer:
///          handling=lenient` such ones are told in `ignored` instead · too-costly: too many
fhir::Result<bulk::ExportRequest, Failure> export_request_of(const Call& call);

}  // namespace server::rest
