// Asio's io_context with one timer.
#include "src/http/event_loop.h"

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <ctime>
#include <string>

namespace server::http {
namespace {

constexpr int k_one_thread = 1;  // Asio's hint that nobody competes for the queue

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7), whatever the locale
std::string imf_fixdate(std::time_t seconds) {
  constexpr std::array k_days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm t{};
  gmtime_r(&seconds, &t);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                k_days[static_cast<std::size_t>(t.tm_wday)], t.tm_mday,
                k_months[static_cast<std::size_t>(t.tm_mon)], t.tm_year + 1900, t.tm_hour, t.tm_min,
                t.tm_sec);
  return text.data();
}

}  // namespace

struct EventLoop::Impl {
  boost::asio::io_context context{k_one_thread};
  boost::asio::steady_timer timer{context};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
      context.get_executor()};
  std::chrono::milliseconds tick;
  std::function<void(Clock::time_point)> on_tick;
  std::time_t date_seconds = 0;
  std::string date;

  void set_date() {
    const std::time_t now = std::time(nullptr);
    if (now == date_seconds) return;
    date_seconds = now;
    date = imf_fixdate(now);
  }

  void arm() {
    timer.expires_after(tick);
    timer.async_wait([this](boost::system::error_code error) {
      if (error) return;
      set_date();
      on_tick(Clock::now());
      arm();
    });
  }
};

EventLoop::EventLoop(std::chrono::milliseconds tick, std::function<void(Clock::time_point)> on_tick)
    : impl_(std::make_unique<Impl>()) {
  impl_->tick = tick;
  impl_->on_tick = std::move(on_tick);
  impl_->set_date();
}

EventLoop::~EventLoop() = default;

void EventLoop::run() {
  impl_->arm();
  impl_->context.run();
}

void EventLoop::stop() { impl_->context.stop(); }

void EventLoop::post(std::function<void()> task) {
  boost::asio::post(impl_->context, std::move(task));
}

std::string_view EventLoop::date() const { return impl_->date; }

boost::asio::io_context& EventLoop::context() { return impl_->context; }

}  // namespace server::http
