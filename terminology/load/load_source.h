// Loads a release of any code system but SNOMED CT into a release file.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fhir/base/result.h"
#include "terminology/load/progress.h"

namespace terminology::load {

struct SourceKind {
  std::string_view name;   // what a command line calls it
  std::string_view takes;  // what it is read from, for people
};

/// Every kind that load_source() knows.
std::span<const SourceKind> source_kinds();

/// What a file or folder is, by its name and the names inside; nothing when that does not tell.
std::optional<std::string_view> guess_kind(const std::string& path);

/// kind     one of source_kinds()
/// path     a file or folder, as the reader of its kind takes it
/// target   folder for the release file, which is named after kind and version
/// errors   not-supported: no such kind; those of its reader and of CodeSystemBuilder::write
fhir::Result<LoadReport> load_source(std::string_view kind, const std::string& path,
                                     const std::string& target, const LoadOptions& options);

}  // namespace terminology::load
