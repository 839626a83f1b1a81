// Threads that help a request with work that has many parts.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace server::rest {

/// The thread that asks works too, and needs nobody to get to the end: requests that fill all
/// workers cannot wait for each other.
///
/// threads   any
class Helpers {
 public:
  explicit Helpers(unsigned threads);
  ~Helpers();
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;

  /// Calls part(0) … part(count - 1), each once, in any order and several at a time; returns when
  /// all have ended. The first exception of a part is thrown then.
  void run(std::size_t count, const std::function<void(std::size_t)>& part);

 private:
  struct Task;

  void serve();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Task>> waiting_;  // guarded by mutex_
  bool is_stopping_ = false;                   // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace server::rest
