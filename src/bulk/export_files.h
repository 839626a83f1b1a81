// The files of one export while it is written: NDJSON, split where they become large.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-output-file-request
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/base/result.h"
#include "src/bulk/manifest.h"

namespace server::bulk {

struct FileLimits {
  std::uint64_t file_bytes = std::uint64_t{128} << 20;  // a file that has reached it is ended
  std::uint64_t file_count = 1'000'000;                 // the same, of resources
  std::uint64_t all_bytes = std::uint64_t{16} << 30;    // of the export; more is an error
};

/// Files are for the server's user alone, and durable once finish() has returned. A few hundred
/// kilobytes of memory for each file that is open: one for each kind and type.
///
/// threads   one
class ExportFiles {
 public:
  /// folder   exists and holds none of the files
  ExportFiles(std::filesystem::path folder, FileLimits limits);
  ~ExportFiles();
  ExportFiles(const ExportFiles&) = delete;
  ExportFiles& operator=(const ExportFiles&) = delete;

  /// Adds a resource as a line.
  ///
  /// json     of one line; line ends that a body was stored with become spaces
  /// errors   no-store: the disk takes no more · too-costly: limits.all_bytes
  fhir::Result<void> add(FileKind kind, std::string_view type, std::string_view json);

  /// Ends what is open; nothing may be added after it.
  ///
  /// returns   every file, output first, in the order of types
  /// errors    no-store
  fhir::Result<std::vector<ExportedFile>> finish();

  std::uint64_t count() const { return count_; }

 private:
  struct Open {
    ExportedFile file;
    int descriptor = -1;
    std::uint64_t bytes = 0;  // the buffer counted
    std::string buffer;
  };
  using Key = std::pair<FileKind, std::string>;

  fhir::Result<void> begin(Open& open, const Key& key);
  fhir::Result<void> write_out(Open& open);
  fhir::Result<void> end(Open& open);

  const std::filesystem::path folder_;
  const FileLimits limits_;
  std::map<Key, Open> open_;
  std::map<Key, unsigned> parts_;
  std::vector<ExportedFile> ended_;
  std::uint64_t bytes_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace server::bulk
