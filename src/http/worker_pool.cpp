// Waking a thread costs more than many a request, so a thread is woken for a batch, not for an
// item; if more is left when it has taken its first, it wakes the next thread.
#include "src/http/worker_pool.h"

#include <algorithm>
#include <utility>

namespace server::http {

thread_local WorkerPool* WorkerPool::pool_of_thread_ = nullptr;

WorkerPool::WorkerPool(std::size_t capacity, std::function<void(std::size_t)> on_depth)
    : capacity_(capacity), on_depth_(std::move(on_depth)) {}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::start(unsigned threads, unsigned running_max) {
  is_stopped_ = false;
  running_max_ = std::max(1U, running_max);
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

std::size_t WorkerPool::submit(std::span<const std::shared_ptr<Work>> items) {
  const std::lock_guard lock(mutex_);
  if (is_stopped_) return 0;
  const std::size_t taken = std::min(items.size(), capacity_ - waiting_.size());
  waiting_.insert(waiting_.end(), items.begin(),
                  items.begin() + static_cast<std::ptrdiff_t>(taken));
  on_depth_(waiting_.size());
  // Under the lock: a sleeper may end with its thread as soon as the lock is free.
  if (Sleeper* next = next_sleeper()) next->woken.notify_one();
  return taken;
}

void WorkerPool::stop() {
  std::deque<std::shared_ptr<Work>> dropped;
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    dropped.swap(waiting_);
    on_depth_(0);
    for (Sleeper* sleeper : idle_) {
      sleeper->is_awake = true;
      sleeper->woken.notify_one();
    }
    idle_.clear();
  }
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

WorkerPool::Sleeper* WorkerPool::next_sleeper() {
  if (idle_.empty() || !has_turn()) return nullptr;
  Sleeper* next = idle_.back();
  idle_.pop_back();
  next->is_awake = true;
  return next;
}

void WorkerPool::sleep(Sleeper& sleeper, std::unique_lock<std::mutex>& lock) {
  sleeper.is_awake = false;
  idle_.push_back(&sleeper);
  sleeper.woken.wait(lock, [&sleeper] { return sleeper.is_awake; });
}

void WorkerPool::serve() {
  pool_of_thread_ = this;
  Sleeper self;
  std::unique_lock lock(mutex_);
  for (;;) {
    while (!is_stopped_ && !has_turn()) sleep(self, lock);
    if (is_stopped_) return;
    auto work = std::move(waiting_.front());
    waiting_.pop_front();
    on_depth_(waiting_.size());
    ++running_;
    if (Sleeper* next = next_sleeper()) next->woken.notify_one();
    lock.unlock();
    work->run_on_worker();
    work.reset();
    lock.lock();
    --running_;
  }
}

void WorkerPool::this_thread_waits() {
  WorkerPool* pool = pool_of_thread_;
  if (pool == nullptr) return;
  const std::lock_guard lock(pool->mutex_);
  --pool->running_;
  if (Sleeper* next = pool->next_sleeper()) next->woken.notify_one();
}

/// It goes on at once, one more than may run: what it was waiting for is done and wants an answer.
void WorkerPool::this_thread_goes_on() {
  WorkerPool* pool = pool_of_thread_;
  if (pool == nullptr) return;
  const std::lock_guard lock(pool->mutex_);
  ++pool->running_;
}

}  // namespace server::http
