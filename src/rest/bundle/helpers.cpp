#include "src/rest/bundle/helpers.h"

#include <algorithm>
#include <exception>

namespace server::rest {
namespace {

constexpr std::size_t k_waiting_max = 64;  // calls for help: past it a request works alone

}  // namespace

struct Helpers::Task {
  Task(std::size_t parts, const std::function<void(std::size_t)>& work)
      : count(parts), part(work) {}

  const std::size_t count;
  const std::function<void(std::size_t)>& part;  // of the caller, who waits
  std::mutex mutex;
  std::condition_variable all_ended;
  std::size_t next = 0;          // guarded by mutex
  std::size_t ended = 0;         // guarded by mutex
  std::exception_ptr exception;  // guarded by mutex

  /// Does parts until none is left to begin.
  void work() {
    std::unique_lock lock(mutex);
    while (next < count) {
      const std::size_t mine = next++;
      lock.unlock();
      std::exception_ptr thrown;
      try {
        part(mine);
      } catch (...) {
        thrown = std::current_exception();
      }
      lock.lock();
      if (thrown && !exception) exception = thrown;
      if (++ended == count) all_ended.notify_all();
    }
  }
};

Helpers::Helpers(unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

Helpers::~Helpers() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Helpers::run(std::size_t count, const std::function<void(std::size_t)>& part) {
  if (count < 2 || threads_.empty()) {
    for (std::size_t i = 0; i < count; ++i) part(i);
    return;
  }
  const auto task = std::make_shared<Task>(count, part);
  {
    const std::lock_guard lock(mutex_);
    const std::size_t calls = std::min(threads_.size(), count - 1);
    for (std::size_t i = 0; i < calls && waiting_.size() < k_waiting_max; ++i)
      waiting_.push_back(task);
  }
  wake_.notify_all();
  task->work();
  std::unique_lock lock(task->mutex);
  task->all_ended.wait(lock, [&] { return task->ended == task->count; });
  if (task->exception) std::rethrow_exception(task->exception);
}

void Helpers::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return is_stopping_ || !waiting_.empty(); });
    if (is_stopping_) return;
    const std::shared_ptr<Task> task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    task->work();
    lock.lock();
  }
}

}  // namespace server::rest
