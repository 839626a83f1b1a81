// Installs packages from files and from a registry, with all that they depend on: all or nothing.
// https://hl7.org/fhir/packages.html
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fhir/base/result.h"
#include "src/packages/installed.h"
#include "src/packages/registry.h"

namespace server::packages {

enum class Dependencies : std::uint8_t { follow, leave };

struct InstallOptions {
  Dependencies dependencies = Dependencies::follow;
  std::function<void(const std::string&)> say;  // what is being done, a line each; may be empty
};

/// What was done: labels, in order.
struct InstallReport {
  std::vector<std::string> installed;
  std::vector<std::string> present;  // asked for or needed, and there already
};

/// wanted     `NAME@VERSION`, `NAME`, or files .tgz
/// registry   null: none is set, and only files and what is there can be installed
/// errors     not-found · required: a registry is needed · not-supported: of another FHIR version ·
///            security, too-long, structure, invalid: of a package · no-store: of the folder
fhir::Result<InstallReport> install(const Installed& folder, const Registry* registry,
                                    const std::vector<std::string>& wanted,
                                    const InstallOptions& options);

}  // namespace server::packages
