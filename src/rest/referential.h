// Referential integrity and placeholders, as the settings ask for them, and the way of every write
// to the store. https://hl7.org/fhir/R4/http.html#integrity
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fhir/formats/json_value.h"
#include "src/rest/context.h"
#include "src/storage/store.h"

namespace server::rest {

/// Type and id of each resource of this server that `resource` refers to literally, each once.
std::vector<std::pair<std::string, std::string>> local_references(
    const Call& call, const fhir::json::Value& resource);

/// Writes all or none, with what the settings add: a check of references, or placeholders for what
/// they lead to. `Outcome::written` has the given writes first.
fhir::Result<storage::Store::Outcome, storage::Store::Failure> write_all(
    const Call& call, std::vector<storage::Write> writes);

}  // namespace server::rest
