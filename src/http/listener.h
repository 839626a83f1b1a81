// The listening socket.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace server::http {

class EventLoop;

/// Takes connections off one port.
///
/// threads   that of its loop, but for open(), which comes before it runs
class Listener {
 public:
  /// socket    connected, non-blocking, TCP_NODELAY; owned by the callee
  /// address   the peer's, numeric
  using OnConnection = std::function<void(int socket, std::string address)>;

  Listener(EventLoop& loop, OnConnection on_connection);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Binds and listens; connections are taken from start() on.
  ///
  /// address   numeric IPv4 or IPv6
  /// port      0 = any free one
  /// returns   nothing when it worked, else one sentence
  std::optional<std::string> open(const std::string& address, std::uint16_t port);
  std::uint16_t port() const;
  void start();
  /// Takes what has connected already, then closes the port.
  void close();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace server::http
