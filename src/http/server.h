// The HTTP/1.1 server: sockets, TLS, limits, queue. What a request means is the Handler's business.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/http/message.h"
#include "src/http/metrics.h"

namespace server::http {

struct ServerOptions {
  std::string bind_address = "127.0.0.1";  // numeric IPv4 or IPv6
  std::uint16_t port = 0;                  // 0 = any free port, see Server::port()
  unsigned io_threads = 1;
  unsigned worker_threads = 4;
  unsigned workers_running_max = 4;    // at once; those that only wait are not counted
  std::size_t queue_capacity = 256;    // requests waiting for a worker; more are answered 503
  std::size_t connections_max = 4096;  // more are answered 503 and closed

  std::size_t target_bytes_max = 8 * 1024;            // longer is 414
  std::size_t header_bytes_max = 32 * 1024;           // request line and fields; more is 431
  std::size_t header_fields_max = 100;                // more is 431
  std::size_t body_bytes_max = 64 * 1024 * 1024;      // as sent; more is 413
  std::size_t decoded_bytes_max = 128 * 1024 * 1024;  // after gzip or deflate; more is 413
  /// The limit of one request's body, by its method, target and fields: asked before any of the
  /// body is taken in. Past it, or past body_bytes_max, is 413; unpacked it may have twice as much.
  /// Null: body_bytes_max for all. Thread-safe.
  std::function<std::size_t(const Request& head)> body_bytes_max_of;
  /// Whether a body is taken by Response::sink while it comes, by the head. Null: none is. Packed
  /// bodies come to it packed. Thread-safe.
  std::function<bool(const Request& head)> has_sink;
  /// Fields of every answer, failures of the server itself included, that has no field of the name.
  std::vector<std::pair<std::string, std::string>> response_fields;

  std::chrono::milliseconds header_timeout{10'000};  // first byte to end of header; TLS handshake
  std::chrono::milliseconds body_timeout{300'000};   // the whole body
  std::chrono::milliseconds sink_timeout{6 * 3600'000};  // the same of one that goes to a sink
  std::chrono::milliseconds progress_timeout{10'000};    // body: the least rate is that of …
  std::size_t progress_bytes_min = 4096;                 // … so many bytes in each such window
  std::size_t sink_progress_bytes_min = 64 * 1024;       // the same of one that goes to a sink
  std::chrono::milliseconds idle_timeout{60'000};        // keep-alive without a request
  std::chrono::milliseconds write_timeout{30'000};       // the client takes no byte of the answer
  std::chrono::milliseconds linger_timeout{2'000};  // after the last answer, for the client to end
  std::chrono::milliseconds request_deadline{60'000};  // from the last byte read to the answer

  std::size_t compress_bytes_min = 1024;  // smaller bodies are sent as they are

  std::string tls_certificate_file;  // PEM chain; with the key set, the port speaks TLS only
  std::string tls_key_file;          // PEM, without passphrase

  std::string access_log;  // empty = off, "-" = stdout, else a file that is appended to
};

/// One listening port and the threads behind it.
///
/// start, stop and wait are called by the owner; request_stop by anybody, a signal handler
/// included.
class Server {
 public:
  /// handler, metrics   outlive the server; the handler is called from all its threads
  Server(ServerOptions options, Handler& handler, Metrics& metrics);
  /// Stops without grace when still running.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Opens the port and starts the threads; connections are taken when it returns.
  ///
  /// returns   nothing when it runs, else one sentence saying what cannot be opened
  std::optional<std::string> start();

  /// The port in use, in host byte order; 0 before start().
  std::uint16_t port() const;

  /// Accepts nothing more, finishes the requests in flight, then closes everything.
  ///
  /// Answers sent meanwhile carry `Connection: close`. Requests unfinished after `grace` are cut
  /// off; a handler that is still running is waited for all the same, as a thread cannot be ended.
  /// Blocks; may be called twice. Not from a signal handler and not from a handler's thread.
  void stop(std::chrono::milliseconds grace);

  /// Makes wait() return. Async-signal-safe.
  void request_stop() noexcept;

  /// Blocks until request_stop() was called.
  void wait();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace server::http
