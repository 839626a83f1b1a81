// Waking a thread costs more than many a request, so a thread is woken for a batch, not for an
// item; if more is left when it has taken its first, it wakes the next thread.
#include "src/http/worker_pool.h"

#include <algorithm>
#include <utility>

namespace server::http {

WorkerPool::WorkerPool(std::size_t capacity, std::function<void(std::size_t)> on_depth)
    : capacity_(capacity), on_depth_(std::move(on_depth)) {}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::start(unsigned threads) {
  is_stopped_ = false;
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

std::size_t WorkerPool::submit(std::span<const std::shared_ptr<Work>> items) {
  std::size_t taken = 0;
  bool is_sleeper_needed = false;
  {
    const std::lock_guard lock(mutex_);
    if (is_stopped_) return 0;
    taken = std::min(items.size(), capacity_ - waiting_.size());
    waiting_.insert(waiting_.end(), items.begin(),
                    items.begin() + static_cast<std::ptrdiff_t>(taken));
    on_depth_(waiting_.size());
    is_sleeper_needed = taken != 0 && idle_ != 0;
  }
  if (is_sleeper_needed) changed_.notify_one();
  return taken;
}

void WorkerPool::stop() {
  std::deque<std::shared_ptr<Work>> dropped;
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

void WorkerPool::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (!is_stopped_ && waiting_.empty()) {
      ++idle_;
      changed_.wait(lock);
      --idle_;
    }
    if (is_stopped_) return;
    auto work = std::move(waiting_.front());
    waiting_.pop_front();
    on_depth_(waiting_.size());
    const bool is_sleeper_needed = idle_ != 0 && !waiting_.empty();
    lock.unlock();
    if (is_sleeper_needed) changed_.notify_one();
    work->run_on_worker();
    work.reset();
    lock.lock();
  }
}

}  // namespace server::http
