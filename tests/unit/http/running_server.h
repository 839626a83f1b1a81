// A server on a free port with a handler that does what the target says.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "src/http/server.h"

namespace http_test {

/// Blocks those who pass until it is opened; not for ever.
class Gate {
 public:
  void open();
  void pass();
  /// Waits until `count` have come to the gate.
  bool is_reached_by(int count);
  int reached() {
    const std::lock_guard lock(mutex_);
    return reached_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = false;
  int reached_ = 0;
};

/// /fast      on the io thread: "fast"
/// /here-throws  on the io thread: throws
/// /big       on the io thread: JSON of `big_bytes`
/// /tried     on the io thread, for a moment: "tried"
/// /tried-in-vain  the same without an answer, then a worker: "worker"
/// /none      204
/// /inject    a header value with a line end
/// /gated     a worker: waits for `gate`, then "gated"
/// /throw     a worker: throws
/// /source    a worker: a source of `source_pieces` pieces of 100,000 bytes that knows its size
/// /open-source   the same, of unknown size
/// /broken-source   the same as /source, but its last piece never comes
/// /sink      202 once the body has gone to a sink: see `taken`
/// /sink-refused   403 by the head · /sink-full   a sink that takes a megabyte
/// others     a worker: the body sent, or the target when there is none
/// Every answer has the request's id in X-Seen-Id, failures have their diagnostics as body.
class TargetHandler final : public server::http::Handler {
 public:
  server::http::Placement placement(const server::http::Request& request) const override;
  server::http::Response handle(server::http::Request& request) override;
  server::http::Response failure(unsigned status, std::string_view diagnostics) const override;

  Gate gate;
  std::size_t big_bytes = 20'000;
  std::size_t source_pieces = 3;
  std::atomic<int> handled{0};
  /// What all sinks together have taken.
  struct Taken {
    std::atomic<std::size_t> bytes{0}, longest_piece{0};
    std::atomic<int> finished{0}, dropped{0};
  } taken;
};

/// Options with which no test waits long.
server::http::ServerOptions quick_options();

struct RunningServer {
  explicit RunningServer(server::http::ServerOptions options = quick_options());
  ~RunningServer();

  TargetHandler handler;
  server::http::Metrics metrics;
  server::http::Server server;
};

/// Waits until it is so, however slow this machine is just now; false: for too long.
bool comes_true(const std::function<bool()>& what);
/// The same for a line of the metrics.
bool tells(const RunningServer& running, const std::string& line);
/// The same for a server that stops: it has begun to.
bool refuses_connections(std::uint16_t port);

}  // namespace http_test
