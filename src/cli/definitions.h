// The definitions that a command works with: the core of R4, installed packages, and what is named.
#pragma once

#include <cstdint>
#include <memory>

#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "src/cli/settings.h"

namespace server::cli {

/// What of the folder of packages is loaded.
enum class FolderUse : std::uint8_t {
  named,  // what --package names
  all     // that, everything that is installed, and what was laid there by hand
};

/// Later ones win: the core, the folder of packages, what --package names in its order.
///
/// errors   not-found: no definitions, or no such package, with what to do about it · invalid,
///          structure, security: of a package, with its name
fhir::Result<std::shared_ptr<const fhir::DefinitionStore>> load_definitions(
    const DefinitionSettings& settings, FolderUse use = FolderUse::named);

}  // namespace server::cli
