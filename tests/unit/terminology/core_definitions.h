// The definitions of the core package, loaded once for all tests of a binary.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "fhir/definitions/definition_store.h"
#include "terminology/terminology.h"

inline std::shared_ptr<const fhir::DefinitionStore> core_definitions() {
  static const auto store = [] {
    const std::string root = MEDISYNC_SOURCE_DIR;
    auto loaded = fhir::DefinitionStore::load(
        {.sources = {root + "/profiles/.packages/hl7.fhir.r4.examples",
                     root + "/test-data/terminology/rxnorm-snomed-conceptmap.json"}});
    if (!loaded) FAIL(loaded.error().diagnostics);
    return *loaded;
  }();
  return store;
}

inline const terminology::Terminology& core_terminology() {
  static const auto made = terminology::Terminology::make(core_definitions());
  return *made;
}
