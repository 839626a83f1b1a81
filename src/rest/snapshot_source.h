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
  /// The same when it need not be made; null when that would take time. For network threads.
  virtual std::shared_ptr<const Snapshot> latest_if_ready() const = 0;
  /// The last one made, at once: for what asks the definitions nothing.
  virtual std::shared_ptr<const Snapshot> present() const = 0;
};

}  // namespace server::rest
