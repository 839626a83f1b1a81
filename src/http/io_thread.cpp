#include "src/http/io_thread.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace server::http {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds k_tick_min{5};
constexpr milliseconds k_tick_max{250};

// A quarter of the shortest timeout: none is overdrawn by more than that.
milliseconds tick_of(const ServerOptions& options) {
  const auto shortest =
      std::min({options.header_timeout, options.body_timeout, options.progress_timeout,
                options.idle_timeout, options.write_timeout, options.linger_timeout});
  return std::clamp(shortest / 4, k_tick_min, k_tick_max);
}

}  // namespace

IoThread::IoThread(Shared& shared, TlsContext* tls)
    : shared_(shared),
      tls_(tls),
      loop_(tick_of(shared.options), [this](EventLoop::Clock::time_point now) { tick(now); }) {}

IoThread::~IoThread() { stop(); }

void IoThread::start() {
  thread_ = std::thread([this] { loop_.run(); });
}

void IoThread::adopt(int socket, std::string address, Session::Admission admission) {
  loop_.post([this, socket, address = std::move(address), admission] {
    auto stream =
        tls_ == nullptr ? make_plain_stream(loop_, socket) : make_tls_stream(loop_, socket, *tls_);
    auto session = std::make_shared<Session>(shared_, *this, std::move(stream), address, admission);
    sessions_.insert(session);
    session->start();
  });
}

// What is posted here runs after the events that the loop has seen already, and these may bring
// more requests.
void IoThread::submit(std::shared_ptr<Session> session) {
  if (to_submit_.empty()) loop_.post([this] { submit_collected(); });
  to_submit_.push_back(std::move(session));
}

void IoThread::submit_collected() {
  std::vector<std::shared_ptr<Work>> items;
  items.swap(to_submit_);
  for (std::size_t i = shared_.workers.submit(items); i < items.size(); ++i) {
    static_cast<Session&>(*items[i]).on_refused();
  }
}

void IoThread::complete(std::shared_ptr<Session> session) {
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    is_first = completed_.empty();
    completed_.push_back(std::move(session));
  }
  if (is_first) loop_.post([this] { deliver_completed(); });
}

void IoThread::deliver_completed() {
  std::vector<std::shared_ptr<Session>> sessions;
  {
    const std::lock_guard lock(mutex_);
    sessions.swap(completed_);
  }
  const auto now = EventLoop::Clock::now();
  for (const auto& session : sessions) session->on_answered(now);
}

void IoThread::shut_down_all() {
  loop_.post([this] {
    const std::vector<std::shared_ptr<Session>> all(sessions_.begin(), sessions_.end());
    for (const auto& session : all) session->shut_down();
  });
}

void IoThread::abort_all() {
  loop_.post([this] {
    const std::vector<std::shared_ptr<Session>> all(sessions_.begin(), sessions_.end());
    for (const auto& session : all) session->abort();
  });
}

void IoThread::stop() {
  if (!thread_.joinable()) return;
  loop_.stop();
  thread_.join();
}

void IoThread::remove(const std::shared_ptr<Session>& session) {
  if (sessions_.erase(session) != 0) shared_.connections.fetch_sub(1);
}

void IoThread::tick(EventLoop::Clock::time_point now) {
  // A session that ends takes itself out of the set: look first, act on a copy of the few.
  std::vector<std::shared_ptr<Session>> late;
  for (const auto& session : sessions_) {
    if (session->is_late(now)) late.push_back(session);
  }
  for (const auto& session : late) session->on_late(now);
  if (shared_.access_log.is_on()) shared_.access_log.flush();
}

}  // namespace server::http
