// Threads for what may block, behind a queue that is bounded.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace server::http {

/// One thing to do on a worker's thread.
class Work {
 public:
  virtual ~Work() = default;
  virtual void run_on_worker() = 0;
};

/// Does work in the order it came, as much at once as there are threads.
///
/// threads   any
class WorkerPool {
 public:
  /// on_depth   told how much is waiting whenever that changes; under the queue's lock
  WorkerPool(std::size_t capacity, std::function<void(std::size_t)> on_depth);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void start(unsigned threads);
  /// Takes as many from the front of `items` as there is room for, none when stopped; returns how
  /// many. Handing over many at once wakes the threads once.
  std::size_t submit(std::span<const std::shared_ptr<Work>> items);
  /// Drops what is waiting and returns when what is running has ended.
  void stop();

 private:
  void serve();

  const std::size_t capacity_;
  const std::function<void(std::size_t)> on_depth_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Work>> waiting_;  // guarded by mutex_
  std::size_t idle_ = 0;                       // threads asleep; guarded by mutex_
  bool is_stopped_ = true;                     // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace server::http
