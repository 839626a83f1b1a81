// An import from its inputs to its manifest, in the folder of its job.
// https://github.com/smart-on-fhir/bulk-import
#pragma once

#include <cstdint>
#include <filesystem>

#include "src/bulk/import_request.h"
#include "src/bulk/import_source.h"
#include "src/bulk/manifest.h"
#include "src/jobs/progress.h"
#include "src/rest/context.h"
#include "src/rest/snapshot_source.h"

namespace server::rest {

struct ImportLimits {
  std::uint64_t file_bytes_max = std::uint64_t{16} << 30;  // of a file, as it is sent
  std::size_t line_bytes_max = std::size_t{64} << 20;
  std::uint64_t errors_max = 100'000;  // more end the import
  std::size_t files_max = 10'000;
  unsigned threads = 2;
};

/// A line that refers to what is not here, where that matters, is put by and tried again after all
/// others, as long as that brings something on; what refers to each other in a circle is found
/// together among two thousand such lines. What still lacks something then is refused.
///
/// Lines that a run before has written are not read again; should the program have ended between
/// the two, they are the same as what is stored, and make no version.
///
/// returns   what was imported and refused of each input
/// errors    of the source when the manifest cannot be had · too-costly: errors_max, files_max ·
///           of LineWriter::write() · incomplete: cancelled
fhir::Result<bulk::Manifest> run_import(const bulk::ImportRequest& request,
                                        const std::filesystem::path& folder, const Options& options,
                                        SnapshotSource& snapshots, const bulk::ImportSource& source,
                                        const ImportLimits& limits, jobs::Progress& progress);

}  // namespace server::rest
