// The implementation guides that the tests know, and the examples that they publish.
// https://hl7.org/fhir/packages.html
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"

namespace guides {

struct Package {
  std::string name;  // as package_examples_refused.txt calls it
  std::filesystem::path path;
  std::vector<std::string> needs;  // folders of k_packages
  std::size_t examples = 0;
};

/// Those that lie in the folder of shared material may not be there.
std::vector<Package> packages();

/// Whether the package and all that it needs are there.
bool is_here(const Package& package);

struct Example {
  std::string name;
  std::string text;
};

/// By name. Ends the test on a damaged archive.
std::vector<Example> examples_of(const Package& package);

/// The core, what the package needs, and the package.
fhir::Result<std::shared_ptr<const fhir::DefinitionStore>> definitions_of(const Package& package);

}  // namespace guides
