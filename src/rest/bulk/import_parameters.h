// What a request to $import asks for, in each of its forms.
#pragma once

#include "src/bulk/import_request.h"
#include "src/rest/context.h"

namespace server::rest {

/// Whether the body is itself what is to be imported, NDJSON.
bool is_upload(const Call& call);

/// errors   value, required, invalid, structure · not-supported: a format, a storage, a parameter,
///          unless handling is lenient · too-costly: too many files
fhir::Result<bulk::ImportRequest, Failure> import_request_of(const Call& call);

}  // namespace server::rest
