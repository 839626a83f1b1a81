#include "src/http/worker_pool.h"

#include <utility>

namespace server::http {

WorkerPool::WorkerPool(std::size_t capacity, std::function<void(std::size_t)> on_depth)
    : capacity_(capacity), on_depth_(std::move(on_depth)) {}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::start(unsigned threads) {
  is_stopped_ = false;
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

bool WorkerPool::try_submit(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (is_stopped_ || waiting_.size() >= capacity_) return false;
    waiting_.push_back(std::move(task));
    on_depth_(waiting_.size());
  }
  changed_.notify_one();
  return true;
}

void WorkerPool::stop() {
  std::deque<Task> dropped;
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    dropped.swap(waiting_);
    on_depth_(0);
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void WorkerPool::work() {
  for (;;) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return is_stopped_ || !waiting_.empty(); });
      if (is_stopped_) return;
      task = std::move(waiting_.front());
      waiting_.pop_front();
      on_depth_(waiting_.size());
    }
    task();
  }
}

}  // namespace server::http
