// The core definitions, for the fuzzers that need them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fhir/definitions/definition_store.h"

namespace fuzz {

/// beside   names of packages to load after the core
inline std::shared_ptr<const fhir::DefinitionStore> load_core(
    const std::vector<std::string>& beside = {}) {
  const std::string folder = MEDISYNC_SOURCE_DIR "/profiles/.packages/";
  fhir::LoadOptions options;
  options.sources = {folder + "hl7.fhir.r4.examples"};
  for (const std::string& name : beside) options.sources.push_back(folder + name);
  // Compiling them takes minutes under the sanitizers: once, not at each start.
  options.cache_folder = MEDISYNC_BINARY_DIR "/definitions";
  return std::move(fhir::DefinitionStore::load(options)).value();
}

}  // namespace fuzz
