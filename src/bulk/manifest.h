// What an export or an import came to: its files.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---complete-status
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/base/result.h"

namespace server::bulk {

/// Under which key of the manifest a file stands.
enum class FileKind : std::uint8_t { output, deleted, error };

struct ExportedFile {
  FileKind kind = FileKind::output;
  std::string type;         // of the resources in it; empty: nobody knows
  std::string name;         // within the job; empty: there is no file, of what was imported
  std::uint64_t count = 0;  // resources, one a line
  std::string input = {};   // of an import: URL of what it was read from
};

struct Manifest {
  std::int64_t transaction_ms = 0;  // UTC: the state of the data
  std::string request;              // URL of the kick-off
  bool requires_access_token = false;
  std::vector<ExportedFile> files;
};

/// files_url   what stands before the names of files: absolute, with a slash at its end
std::string to_json(const Manifest& manifest, std::string_view files_url);

/// What to_json() made with an empty `files_url`.
///
/// errors   structure: it did not
fhir::Result<Manifest> read_manifest(std::string_view text);

}  // namespace server::bulk
