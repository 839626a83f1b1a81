// How a thread works off jobs that wait in a line.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "src/jobs/job_id.h"

namespace server::jobs {

/// All but the mutex is guarded by it.
template <class JobPointer>
struct Line {
  std::mutex& mutex;
  std::condition_variable& wake;  // when something begins to wait, and at the end
  const bool& is_stopping;
  std::deque<std::string>& waiting;  // ids; of one that was let go there is no job
  std::map<std::string, JobPointer, std::less<>>& jobs;
};

/// Runs what waits, one after the other, until the end is told.
///
/// kept_for   of what has ended
/// let_go     told the time in UTC ms, now and then: nobody has to ask for the end of what was kept
/// run        the lock, the id and the job; both hold the mutex when they begin and return
template <class JobPointer, class LetGo, class Run>
void work_off(const Line<JobPointer>& line, std::chrono::milliseconds kept_for, LetGo&& let_go,
              Run&& run) {
  constexpr std::chrono::milliseconds k_pause_min{100}, k_pause_max{10'000};
  const auto pause = std::clamp(kept_for, k_pause_min, k_pause_max);
  std::unique_lock lock(line.mutex);
  for (;;) {
    const bool is_due =
        line.wake.wait_for(lock, pause, [&] { return line.is_stopping || !line.waiting.empty(); });
    if (line.is_stopping) return;
    let_go(now_utc_ms());
    if (!is_due) continue;
    const std::string id = std::move(line.waiting.front());
    line.waiting.pop_front();
    const auto found = line.jobs.find(id);
    if (found == line.jobs.end()) continue;
    const JobPointer job = found->second;
    run(lock, id, job);
  }
}

}  // namespace server::jobs
