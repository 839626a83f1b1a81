// The core definitions, for the fuzzers that need them.
#pragma once

#include <memory>
#include <utility>

#include "fhir/definitions/definition_store.h"

namespace fuzz {

inline std::shared_ptr<const fhir::DefinitionStore> load_core() {
  fhir::LoadOptions options;
  options.sources = {MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples"};
  return std::move(fhir::DefinitionStore::load(options)).value();
}

}  // namespace fuzz
