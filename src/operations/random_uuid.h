#pragma once

#include <string>

namespace server::operations {

/// A random UUID, version 4: https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-4
std::string random_uuid();

}  // namespace server::operations
