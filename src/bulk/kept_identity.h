// Whose rights a job in the background works with, as it is kept until the job is done.
#pragma once

#include "fhir/formats/json_value.h"
#include "fhir/formats/json_writer.h"
#include "src/access/access.h"

namespace server::bulk {

/// An object.
void append_identity(fhir::json::Builder& out, const access::Identity& identity);

/// What append_identity() wrote.
access::Identity read_identity(const fhir::json::Value& object);

}  // namespace server::bulk
