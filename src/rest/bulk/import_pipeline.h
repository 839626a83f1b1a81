// Batches of lines through several threads: judged side by side, written in their order.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "src/rest/bulk/line_writer.h"

namespace server::rest {

struct PipelineOptions {
  unsigned threads = 2;
  int nice = 0;  // of these threads: above 0, requests come first
};

/// Runs until there are no more batches. What is behind the last `done` is not written, but for
/// the batch whose write failed.
///
/// next     the next batch; empty: the end · one call at a time
/// done     what became of a batch's lines, in the order of the batches · one call at a time; an
///          error ends the import
/// errors   of LineWriter::write(), of `done` · incomplete: it was cancelled
fhir::Result<void> import_batches(
    const LineWriter& writer, const PipelineOptions& options,
    const std::function<std::vector<ImportLine>()>& next,
    const std::function<fhir::Result<void>(std::vector<ImportedLine>&)>& done,
    const std::atomic<bool>& is_cancelled);

}  // namespace server::rest
