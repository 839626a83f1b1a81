// How work that nobody waits for any more is told so, wherever in the store it is.
#pragma once

#include <atomic>

namespace server::storage {

/// While it lives, what this thread asks the store ends with `timeout` once the flag is set, as if
/// its deadline had passed. Scopes nest: the innermost flag counts.
///
/// threads   the flag is set by any; the scope ends in the thread in which it began
class CancelScope {
 public:
  /// flag   outlives the scope
  explicit CancelScope(const std::atomic<bool>& flag);
  ~CancelScope();
  CancelScope(const CancelScope&) = delete;
  CancelScope& operator=(const CancelScope&) = delete;

 private:
  const std::atomic<bool>* outer_;
};

/// Whether the flag of this thread's scope is set; false outside of any.
bool is_cancelled();

}  // namespace server::storage
