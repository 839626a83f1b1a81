// The reindexing in the background, by the definitions that requests see.
#pragma once

#include "src/jobs/reindexer.h"
#include "src/rest/snapshot_source.h"

namespace server::rest {

/// Thread-safe.
class Reindexer final : public jobs::Reindexer {
 public:
  /// store, snapshots   outlive this
  /// log                told when a step fails again and again; may be empty
  Reindexer(storage::Store& store, SnapshotSource& snapshots, Log log = {});

  /// Reads what an earlier run left, and begins to work. Once.
  fhir::Result<void> run();

 private:
  SnapshotSource& snapshots_;
};

}  // namespace server::rest
