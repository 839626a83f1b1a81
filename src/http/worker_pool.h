// Threads for what may block, behind a queue that is bounded.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace server::http {

/// Runs tasks in the order they came, as many at once as there are threads.
///
/// threads   any
class WorkerPool {
 public:
  using Task = std::function<void()>;

  /// on_depth   told the number of waiting tasks whenever it changes; under the queue's lock
  WorkerPool(std::size_t capacity, std::function<void(std::size_t)> on_depth);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void start(unsigned threads);
  /// False when `capacity` tasks are waiting already or the pool is stopped.
  bool try_submit(Task task);
  /// Drops what is waiting and returns when what is running has ended.
  void stop();

 private:
  void work();

  const std::size_t capacity_;
  const std::function<void(std::size_t)> on_depth_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> waiting_;  // guarded by mutex_
  bool is_stopped_ = true;    // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace server::http
