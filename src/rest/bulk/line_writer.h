// From lines of NDJSON to versions in the store: the core of every import.
// https://hl7.org/fhir/uv/bulkdata/STU2
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/access/access.h"
#include "src/rest/context.h"
#include "src/rest/snapshot_source.h"
#include "src/storage/store.h"

namespace server::rest {

/// A resource to be imported.
struct ImportLine {
  std::string text;           // JSON; what it is copied from may be gone
  std::string type = {};      // the only one that is taken; empty: any
  std::string spare_id = {};  // for a resource without an id; empty: a random one
  std::uint32_t number = 0;   // of the line, from 1, told with what is wrong; 0: not a line
  std::optional<fhir::Issue> problem = {};  // it could not be read
};

/// What became of one line.
struct ImportedLine {
  /// lacking   it refers to what is not here, and would be taken if that was
  enum class Fate : std::uint8_t { written, unchanged, refused, lacking };
  Fate fate = Fate::refused;
  std::string type;       // of the resource, once known
  Failure refusal;        // of Fate::refused and lacking
  std::string text = {};  // of Fate::lacking: the line again
};

/// An OperationOutcome of one line, without a line end.
///
/// place   of the line, which a last issue tells
std::string outcome_of_line(const ImportedLine& refused, std::string_view place);

/// Lines are read, judged and indexed by any thread, in any order, and then written in theirs. A
/// resource is written under its id, and becomes a version only when it differs from the current
/// one. What is wrong with one line stops no other.
class LineWriter {
 public:
  /// options, snapshots   outlive this
  /// identity             whose rights hold; null: everything may be written
  LineWriter(const Options& options, SnapshotSource& snapshots,
             std::shared_ptr<const access::Identity> identity);

  /// Lines that were read, judged and indexed.
  struct Prepared {
    std::vector<ImportLine> lines;
    std::vector<ImportedLine> results;                           // one per line
    std::vector<std::pair<std::size_t, storage::Write>> writes;  // the line, what it comes to
    std::shared_ptr<const Snapshot> snapshot;
  };

  /// threads   any
  Prepared prepare(std::vector<ImportLine> lines) const;

  /// Writes what was prepared; waits while the store has no room.
  ///
  /// is_cancelled   looked at while it waits
  /// returns        what became of each line
  /// errors         no-store, exception: the store takes nothing · incomplete: it was cancelled;
  ///                some of the lines may have been written
  fhir::Result<std::vector<ImportedLine>> write(Prepared prepared,
                                                const std::atomic<bool>& is_cancelled) const;

 private:
  class Writing;
  fhir::Result<storage::Write, Failure> read(const Call& call, const ImportLine& line,
                                             std::string& type) const;
  bool is_here(storage::Store& store, const std::pair<std::string, std::string>& target,
               std::chrono::steady_clock::time_point deadline) const;

  const Options& options_;
  SnapshotSource& snapshots_;
  const std::shared_ptr<const access::Identity> identity_;
  mutable std::mutex mutex_;
  /// Targets of references that were here a while ago: the store has the last word.
  mutable std::set<std::pair<std::string, std::string>> seen_;  // guarded by mutex_
};

}  // namespace server::rest
