// A connection's bytes, plain or encrypted, behind virtual calls so that a session is compiled
// once.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace server::http {

class EventLoop;
class TlsContext;

/// Called by a stream on its loop's thread when an operation has ended.
class StreamClient {
 public:
  enum class Ending {
    none,       // there were bytes
    finished,   // the peer sends nothing more, and may still be reading
    cancelled,  // by cancel_read()
    broken,
  };
  virtual ~StreamClient() = default;
  virtual void on_open(bool is_usable) = 0;
  virtual void on_read(std::size_t bytes, Ending ending) = 0;
  /// bytes   0: the connection is broken
  virtual void on_written(std::size_t bytes) = 0;
  virtual void on_finished() = 0;
};

/// One read and one write may be under way at a time; the client is kept alive until they end.
///
/// threads   that of the loop it was made for
class ByteStream {
 public:
  using Client = std::shared_ptr<StreamClient>;
  virtual ~ByteStream() = default;

  /// TLS handshake; a plain stream calls on_open at once, from within.
  virtual void open(Client client) = 0;
  /// Reads at least one byte; `into` stays valid until on_read.
  virtual void read_some(Client client, std::span<char> into) = 0;
  virtual void cancel_read() = 0;

  /// Writes what the kernel takes at once and returns its size; 0 is no error, -1 is.
  virtual std::ptrdiff_t write_now(std::span<const std::string_view> pieces) = 0;
  /// Writes at least one byte of the pieces, which stay valid until on_written.
  virtual void write_some(Client client, std::span<const std::string_view> pieces) = 0;

  /// Says that nothing more is sent, then reads and drops until the peer says so too; without it
  /// unread input would reset the connection and take the last answer with it (RFC 9112 section
  /// 9.6). No read and no write is under way.
  virtual void finish(Client client) = 0;
  /// Ends everything at once; operations under way end as broken or cancelled.
  virtual void close() = 0;
};

/// socket   connected and non-blocking; owned by the stream from here on
std::unique_ptr<ByteStream> make_plain_stream(EventLoop& loop, int socket);
std::unique_ptr<ByteStream> make_tls_stream(EventLoop& loop, int socket, TlsContext& context);

}  // namespace server::http
