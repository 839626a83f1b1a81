// Definitions and shorthands for the tests of patches.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"
#include "fhir/formats/json_writer.h"

namespace patch_test {

inline const fhir::DefinitionStore& core() {
  static const auto k_store = [] {
    fhir::LoadOptions options;
    options.sources = {MEDISYNC_SOURCE_DIR "/profiles/.packages/hl7.fhir.r4.examples"};
    options.cache_folder = MEDISYNC_BINARY_DIR "/definitions";
    auto loaded = fhir::DefinitionStore::load(options);
    if (!loaded) FAIL(loaded.error().diagnostics);
    return *loaded;
  }();
  return *k_store;
}

inline fhir::json::Document parsed(const std::string& json) {
  auto document = fhir::json::Document::read(json);
  if (!document) FAIL(document.error().diagnostics);
  return std::move(*document);
}

/// `error 400: …`, `error 422: …` or `error: …`, by the situation.
inline std::string refusal(const fhir::Issue& issue) {
  if (issue.situation == fhir::Situation::malformed) return "error 400: " + issue.diagnostics;
  if (issue.situation == fhir::Situation::unprocessable) return "error 422: " + issue.diagnostics;
  return "error " + std::string(fhir::code_of(issue.type)) + ": " + issue.diagnostics;
}

}  // namespace patch_test
