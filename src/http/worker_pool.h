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

/// Does work in the order it came. A processor does one thing at a time, so few threads run at
/// once; the others stand in for those that only wait. The thread that slept last wakes first: its
/// memory is still in the caches.
///
/// threads   any
class WorkerPool {
 public:
  /// on_depth   told how much is waiting whenever that changes; under the queue's lock
  WorkerPool(std::size_t capacity, std::function<void(std::size_t)> on_depth);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// running_max   threads that run at once, those that only wait not counted
  void start(unsigned threads, unsigned running_max);
  /// Takes as many from the front of `items` as there is room for, none when stopped; returns how
  /// many. Handing over many at once wakes the threads once.
  std::size_t submit(std::span<const std::shared_ptr<Work>> items);
  /// Drops what is waiting and returns when what is running has ended.
  void stop();

  /// Between these two the calling worker only waits for something: another may run in its place.
  /// They do nothing on a thread that is no worker.
  static void this_thread_waits();
  static void this_thread_goes_on();
  static bool is_worker() { return pool_of_thread_ != nullptr; }

 private:
  struct Sleeper {
    std::condition_variable woken;
    bool is_awake = true;
  };

  void serve();
  bool has_turn() const { return !waiting_.empty() && running_ < running_max_; }
  void sleep(Sleeper& sleeper, std::unique_lock<std::mutex>& lock);
  /// Takes the thread to wake off the stack when there is work and a turn for it; else null.
  Sleeper* next_sleeper();

  static thread_local WorkerPool* pool_of_thread_;

  const std::size_t capacity_;
  const std::function<void(std::size_t)> on_depth_;
  std::mutex mutex_;
  std::deque<std::shared_ptr<Work>> waiting_;  // guarded by mutex_
  std::vector<Sleeper*> idle_;                 // the last to sleep at the back; guarded by mutex_
  unsigned running_ = 0;      // at work, those that only wait not counted; guarded by mutex_
  unsigned running_max_ = 1;  // guarded by mutex_
  bool is_stopped_ = true;    // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace server::http
