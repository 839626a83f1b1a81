// POSIX calls for the socket itself; Asio says when somebody has connected.
#include "src/http/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "src/http/event_loop.h"

namespace server::http {
namespace {

using boost::system::error_code;

constexpr int k_backlog = 1024;
constexpr int k_accepts_at_once = 64;  // then the loop's other work has its turn
constexpr std::chrono::milliseconds k_pause_without_descriptors{100};

struct Address {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);
  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
  sockaddr_in& v4() { return *reinterpret_cast<sockaddr_in*>(&storage); }
  sockaddr_in6& v6() { return *reinterpret_cast<sockaddr_in6*>(&storage); }
};

bool parse(const std::string& text, std::uint16_t port, Address& address) {
  if (inet_pton(AF_INET, text.c_str(), &address.v4().sin_addr) == 1) {
    address.v4().sin_family = AF_INET;
    address.v4().sin_port = htons(port);
    address.size = sizeof(sockaddr_in);
    return true;
  }
  if (inet_pton(AF_INET6, text.c_str(), &address.v6().sin6_addr) == 1) {
    address.v6().sin6_family = AF_INET6;
    address.v6().sin6_port = htons(port);
    address.size = sizeof(sockaddr_in6);
    return true;
  }
  return false;
}

std::string text_of(Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool is_v6 = address.storage.ss_family == AF_INET6;
  const void* raw = is_v6 ? static_cast<const void*>(&address.v6().sin6_addr)
                          : static_cast<const void*>(&address.v4().sin_addr);
  inet_ntop(address.storage.ss_family, raw, text.data(), text.size());
  return text.data();
}

std::string last_error() { return std::system_category().message(errno); }

}  // namespace

struct Listener::Impl : std::enable_shared_from_this<Impl> {
  boost::asio::posix::stream_descriptor socket;
  boost::asio::steady_timer pause;
  OnConnection on_connection;
  std::uint16_t port = 0;

  Impl(EventLoop& loop, OnConnection callback)
      : socket(loop.context()), pause(loop.context()), on_connection(std::move(callback)) {}

  void wait() {
    socket.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](error_code error) {
                        if (error) return;
                        if (self->take()) return self->wait();
                        self->wait_for_descriptors();
                      });
  }

  // Without a free descriptor the port stays readable: waiting on it would spin.
  void wait_for_descriptors() {
    spdlog::warn("cannot accept a connection: {}", last_error());
    pause.expires_after(k_pause_without_descriptors);
    pause.async_wait([self = shared_from_this()](error_code error) {
      if (!error && self->socket.is_open()) self->wait();
    });
  }

  // False when the process has no descriptor left.
  bool take() {
    for (int i = 0; i < k_accepts_at_once; ++i) {
      Address peer;
      const int connection =
          ::accept4(socket.native_handle(), peer.raw(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (connection >= 0) {
        const int on = 1;
        ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        on_connection(connection, text_of(peer));
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        return false;
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return true;
      }  // else that one connection is gone already
    }
    return true;
  }
};

Listener::Listener(EventLoop& loop, OnConnection on_connection)
    : impl_(std::make_shared<Impl>(loop, std::move(on_connection))) {}

Listener::~Listener() = default;

std::optional<std::string> Listener::open(const std::string& address, std::uint16_t port) {
  const std::string what = address + " port " + std::to_string(port);
  Address local;
  if (!parse(address, port, local)) {
    return "Cannot listen on " + address + ": not a numeric IPv4 or IPv6 address.";
  }
  const int descriptor =
      ::socket(local.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return "Cannot listen on " + what + ": " + last_error() + ".";
  const int on = 1;
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(descriptor, local.raw(), local.size) != 0 || ::listen(descriptor, k_backlog) != 0 ||
      ::getsockname(descriptor, local.raw(), &local.size) != 0) {
    const auto reason = last_error();
    ::close(descriptor);
    return "Cannot listen on " + what + ": " + reason + ".";
  }
  const bool is_v6 = local.storage.ss_family == AF_INET6;
  impl_->port = ntohs(is_v6 ? local.v6().sin6_port : local.v4().sin_port);
  impl_->socket.assign(descriptor);
  return std::nullopt;
}

std::uint16_t Listener::port() const { return impl_->port; }

void Listener::start() { impl_->wait(); }

void Listener::close() {
  if (!impl_->socket.is_open()) return;
  impl_->take();
  error_code ignored;
  impl_->pause.cancel();
  impl_->socket.close(ignored);
}

}  // namespace server::http
