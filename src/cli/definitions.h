// The definitions that a command works with: the core of R4, installed packages, and what is named.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "src/cli/settings.h"

namespace terminology {
class Terminology;
}

namespace server::cli {

/// What of the folder of packages is loaded.
enum class FolderUse : std::uint8_t {
  named,  // what --package names
  all     // that, everything that is installed, and what was laid there by hand
};

/// Where definitions are read from, later ones over earlier ones.
struct DefinitionSources {
  std::vector<std::string> sources;    // folders, .tgz, JSON files: for LoadOptions
  std::vector<std::string> xml_files;  // single resources in XML
  std::string cache_folder;            // empty: nowhere
};

/// errors   not-found: no definitions, or no such package, with what to do about it · invalid: the
///          folder of packages is damaged
fhir::Result<DefinitionSources> definition_sources(const DefinitionSettings& settings,
                                                   FolderUse use = FolderUse::named);

/// Later ones win: the core, the folder of packages, what --package names in its order.
///
/// errors   not-found: no definitions, or no such package, with what to do about it · invalid,
///          structure, security: of a package, with its name
fhir::Result<std::shared_ptr<const fhir::DefinitionStore>> load_definitions(
    const DefinitionSettings& settings, FolderUse use = FolderUse::named);

/// What codes mean: by the definitions, and by the releases in a data folder.
///
/// data     empty: no releases
/// errors   not-found: there are none in it · invalid: one is damaged, with what to do about it
fhir::Result<std::shared_ptr<const terminology::Terminology>> load_terminology(
    std::shared_ptr<const fhir::DefinitionStore> definitions, const std::string& data);

}  // namespace server::cli
