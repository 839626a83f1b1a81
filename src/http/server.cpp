// Wires the parts together and takes them down in the right order.
#include "src/http/server.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <future>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "src/http/access_log.h"
#include "src/http/io_thread.h"
#include "src/http/listener.h"
#include "src/http/session.h"
#include "src/http/tls_context.h"
#include "src/http/worker_pool.h"

namespace server::http {
namespace {

constexpr std::chrono::milliseconds k_poll{2};
constexpr std::chrono::milliseconds k_abort_time{1000};
constexpr std::size_t k_header_bytes_min = 512;
constexpr std::size_t k_header_bytes_max = 1024 * 1024;

ServerOptions checked(ServerOptions options) {
  options.io_threads = std::max(options.io_threads, 1U);
  options.worker_threads = std::max(options.worker_threads, 1U);
  options.header_bytes_max =
      std::clamp(options.header_bytes_max, k_header_bytes_min, k_header_bytes_max);
  return options;
}

}  // namespace

struct Server::Impl {
  const ServerOptions options;
  AccessLog access_log;
  TlsContext tls;
  WorkerPool workers;
  Shared shared;
  std::vector<std::unique_ptr<IoThread>> threads;
  std::unique_ptr<Listener> listener;
  std::size_t next_thread = 0;  // of the listener's thread
  std::uint16_t port = 0;
  std::mutex lifetime;
  bool is_running = false;  // guarded by lifetime
  const int stop_requests = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

  Impl(ServerOptions wanted, Handler& handler, Metrics& metrics)
      : options(checked(std::move(wanted))),
        workers(options.queue_capacity,
                [&metrics](std::size_t waiting) { metrics.queue_depth(waiting); }),
        shared{options, handler, metrics, access_log, workers} {}
  ~Impl() { ::close(stop_requests); }

  bool is_tls() const {
    return !options.tls_certificate_file.empty() || !options.tls_key_file.empty();
  }

  std::optional<std::string> open() {
    if (auto error = access_log.open(options.access_log)) return error;
    if (is_tls()) {
      if (auto error = tls.load(options.tls_certificate_file, options.tls_key_file)) return error;
    }
    for (unsigned i = 0; i < options.io_threads; ++i) {
      threads.push_back(std::make_unique<IoThread>(shared, is_tls() ? &tls : nullptr));
    }
    listener = std::make_unique<Listener>(
        threads[0]->loop(),
        [this](int socket, std::string address) { accept(socket, std::move(address)); });
    return listener->open(options.bind_address, options.port);
  }

  // On the listener's thread. The few beyond the limit are told so; more than that are dropped.
  void accept(int socket, std::string address) {
    const std::size_t open_now = shared.connections.fetch_add(1);
    if (open_now >= options.connections_max + options.connections_max / 8 + 16) {
      shared.connections.fetch_sub(1);
      ::close(socket);
      return;
    }
    const auto admission = open_now < options.connections_max ? Session::Admission::served
                                                              : Session::Admission::refused;
    threads[next_thread]->adopt(socket, std::move(address), admission);
    next_thread = (next_thread + 1) % threads.size();
  }

  // What is taken by the listener is with its thread when this returns, so that the next thing
  // posted there finds it.
  void close_listener() {
    std::promise<void> closed;
    threads[0]->loop().post([this, &closed] {
      listener->close();
      closed.set_value();
    });
    closed.get_future().wait();
  }

  void await_no_connections(std::chrono::milliseconds grace) const {
    const auto end = std::chrono::steady_clock::now() + grace;
    while (shared.connections.load() != 0 && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(k_poll);
    }
  }

  void take_down() {
    workers.stop();
    for (auto& thread : threads) thread->stop();
    listener.reset();
    threads.clear();
  }
};

Server::Server(ServerOptions options, Handler& handler, Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(options), handler, metrics)) {}

Server::~Server() { stop(std::chrono::milliseconds{0}); }

std::optional<std::string> Server::start() {
  const std::lock_guard lock(impl_->lifetime);
  if (impl_->is_running) return "The server runs already.";
  if (auto error = impl_->open()) {
    impl_->listener.reset();
    impl_->threads.clear();
    return error;
  }
  impl_->port = impl_->listener->port();
  impl_->shared.is_stopping = false;
  impl_->listener->start();
  try {
    impl_->workers.start(impl_->options.worker_threads, impl_->options.workers_running_max);
    for (auto& thread : impl_->threads) thread->start();
  } catch (const std::system_error& error) {
    impl_->take_down();
    return std::string("Cannot start a thread: ") + error.what() + ".";
  }
  impl_->is_running = true;
  return std::nullopt;
}

std::uint16_t Server::port() const { return impl_->port; }

void Server::stop(std::chrono::milliseconds grace) {
  const std::lock_guard lock(impl_->lifetime);
  if (!impl_->is_running) return;
  impl_->is_running = false;
  impl_->shared.is_stopping = true;
  impl_->close_listener();
  for (auto& thread : impl_->threads) thread->shut_down_all();
  impl_->await_no_connections(grace);
  for (auto& thread : impl_->threads) thread->abort_all();
  impl_->await_no_connections(k_abort_time);
  impl_->take_down();
}

void Server::request_stop() noexcept {
  const int saved = errno;  // a signal handler leaves it as it was
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(impl_->stop_requests, &one, sizeof one);
  errno = saved;
}

void Server::wait() {
  pollfd waiting{impl_->stop_requests, POLLIN, 0};
  while (::poll(&waiting, 1, -1) < 0 && errno == EINTR) {
  }
}

}  // namespace server::http
