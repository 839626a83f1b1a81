// Files named on the command line.
#pragma once

#include <string>
#include <vector>

#include "fhir/base/issue.h"
#include "fhir/base/result.h"
#include "fhir/definitions/definition_store.h"
#include "fhir/formats/json_document.h"

namespace server::cli {

/// The file's bytes, without a byte order mark.
fhir::Result<std::string> read_file(const std::string& path);

/// The file as a tree: XML by its first character, JSON otherwise.
/// definitions   tell what an XML element is
fhir::Result<fhir::json::Document> read_resource(const std::string& path,
                                                 const fhir::DefinitionStore& definitions);

/// The same for text at hand.
fhir::Result<fhir::json::Document> read_resource_text(std::string text,
                                                      const fhir::DefinitionStore& definitions);

/// The same for whoever tells all that is wrong with a resource: `faults` gets those that the
/// reading can go on after.
fhir::Result<fhir::json::Document> read_faulty_resource(std::string text,
                                                        const fhir::DefinitionStore& definitions,
                                                        fhir::IssueSink& faults);

/// Files as they are, folders as the .json, .ndjson and .xml files in them and below, in order.
///
/// errors   not-found: a folder that cannot be read, or holds no such file
fhir::Result<std::vector<std::string>> expand_paths(const std::vector<std::string>& paths);

}  // namespace server::cli
