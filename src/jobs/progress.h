// What long work tells of itself, and how it is told to stop.
#pragma once

#include <atomic>
#include <cstdint>

namespace server::jobs {

/// Thread-safe. Whoever does the work counts and looks at `is_cancelled` between its parts.
struct Progress {
  std::atomic<std::uint32_t> done = 0;
  std::atomic<std::uint32_t> total = 0;  // 0: the work has no parts that are counted
  std::atomic<bool> is_cancelled = false;
};

}  // namespace server::jobs
