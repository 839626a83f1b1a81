// The core definitions, loaded once; needs the package that scripts/setup fetches.
#pragma once

#include <doctest/doctest.h>

#include <memory>

#include "fhir/definitions/definition_store.h"

inline std::shared_ptr<const fhir::DefinitionStore> core() {
  static auto store = [] {
    fhir::LoadOptions options;
    options.sources = {MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples"};
    options.cache_folder = MEDISYNC_BINARY_DIR "/definitions";
    auto loaded = fhir::DefinitionStore::load(options);
    if (!loaded) FAIL(loaded.error().diagnostics);
    return *loaded;
  }();
  return store;
}
