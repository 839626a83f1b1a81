// One thread's event loop: what is posted to it, its tick, and the Date of its answers.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace server::http {

/// An io_context that one thread runs; what belongs to it needs no locks.
///
/// Connections have no timers of their own: the tick looks at them all, which costs a keep-alive
/// request nothing.
class EventLoop {
 public:
  using Clock = std::chrono::steady_clock;

  /// on_tick   called every `tick` while the loop runs
  EventLoop(std::chrono::milliseconds tick, std::function<void(Clock::time_point)> on_tick);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Serves until stop(); by the thread that owns the loop.
  void run();
  /// threads   any
  void stop();
  /// Has `task` run on the loop's thread, in order.
  /// threads   any
  void post(std::function<void()> task);

  /// The value of a Date field, at most one second and one tick old.
  std::string_view date() const;

  boost::asio::io_context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace server::http
