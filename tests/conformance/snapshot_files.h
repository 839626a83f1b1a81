// The files that snapshot tests read.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"

namespace snapshot_files {

std::filesystem::path packages_folder();
std::filesystem::path shared_folder();
bool has_core();

/// The core definitions, then these packages.
std::shared_ptr<const fhir::DefinitionStore> store(const std::vector<std::string>& packages);

/// A resource in JSON or XML.
fhir::json::Document read(const std::filesystem::path& path,
                          const fhir::DefinitionStore& definitions);
std::string text_as_json(const std::filesystem::path& path,
                         const fhir::DefinitionStore& definitions);

}  // namespace snapshot_files
