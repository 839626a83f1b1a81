// Where a request gets its snapshot of the definitions.
#pragma once

#include <memory>

namespace server::rest {

struct Snapshot;

/// Thread-safe.
class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;
  /// A snapshot in which every write that was answered is in force; may take the time to make it.
  virtual std::shared_ptr<const Snapshot> latest() = 0;
  /// The last one made, at once: for what asks the definitions nothing.
  virtual std::shared_ptr<const Snapshot> present() const = 0;
};

}  // namespace server::rest
