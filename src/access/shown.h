// A stored version as the role of whoever asks may see it.
#pragma once

#include "fhir/base/result.h"
#include "src/access/access.h"
#include "src/storage/store.h"

namespace server::access {

/// Whatever leaves the store for a token passes this.
///
/// errors   exception: the body is no JSON, so that nothing of it may be shown
fhir::Result<storage::Version> shown(storage::Version version, const Access& access);

/// The same of a body alone.
fhir::Result<std::string> shown(std::string body, std::string_view type, const Access& access);

}  // namespace server::access
