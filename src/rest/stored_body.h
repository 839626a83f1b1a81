// A resource's tree as the JSON that will be stored and sent: compact, members in the order they
// came, with the id and the meta that the server gives.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/base/arena.h"
#include "fhir/formats/json_value.h"
#include "src/storage/store.h"

namespace server::rest {

/// resource   an object with resourceType; meta.versionId and meta.lastUpdated are replaced
/// id         the id that it gets
storage::PendingBody pending_body(const fhir::json::Value& resource, std::string_view id);

/// A random id: a UUID of version 7 (RFC 9562), so that ids made one after the other sort so.
std::string new_id();

}  // namespace server::rest
