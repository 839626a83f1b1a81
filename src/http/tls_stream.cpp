// A TCP socket under Asio's TLS stream. Small pieces are joined, so that an answer is one record.
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "src/http/byte_stream.h"
#include "src/http/event_loop.h"
#include "src/http/tls_context.h"

namespace server::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

constexpr std::size_t k_record_bytes = 16 * 1024;  // the largest TLS record
constexpr std::size_t k_scrap_bytes = 16 * 1024;

// Asio's context frees what it is given; ours is shared, so it is given a reference.
asio::ssl::context shared(ssl_ctx_st* native) {
  SSL_CTX_up_ref(native);
  return asio::ssl::context(native);
}

StreamClient::Ending ending_of(error_code error) {
  if (!error) return StreamClient::Ending::none;
  if (error == asio::error::eof) return StreamClient::Ending::finished;
  if (error == asio::error::operation_aborted) return StreamClient::Ending::cancelled;
  return StreamClient::Ending::broken;
}

class TlsStream final : public ByteStream {
 public:
  TlsStream(EventLoop& loop, int socket, TlsContext& context)
      : context_(shared(context.native())),
        stream_(Socket(loop.context(), asio::ip::tcp::v4(), socket), context_) {}

  void open(Client client) override {
    stream_.async_handshake(
        asio::ssl::stream_base::server,
        [client = std::move(client)](error_code error) { client->on_open(!error); });
  }

  void read_some(Client client, std::span<char> into) override {
    stream_.async_read_some(asio::buffer(into.data(), into.size()),
                            [client = std::move(client)](error_code error, std::size_t bytes) {
                              client->on_read(bytes, ending_of(error));
                            });
  }

  void cancel_read() override {
    error_code ignored;
    stream_.next_layer().cancel(ignored);
  }

  std::ptrdiff_t write_now(std::span<const std::string_view>) override { return 0; }

  void write_some(Client client, std::span<const std::string_view> pieces) override {
    std::string_view record = pieces[0];
    if (pieces.size() > 1 && record.size() < k_record_bytes) record = join(pieces);
    stream_.async_write_some(asio::buffer(record.data(), record.size()),
                             [client = std::move(client)](error_code error, std::size_t bytes) {
                               client->on_written(error ? 0 : bytes);
                             });
  }

  void finish(Client client) override {
    stream_.async_shutdown([this, client = std::move(client)](error_code) {
      error_code error;
      stream_.next_layer().shutdown(asio::socket_base::shutdown_send, error);
      if (error) return client->on_finished();
      drop_input(client);
    });
  }

  void close() override {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }

 private:
  std::string_view join(std::span<const std::string_view> pieces) {
    joined_.clear();
    for (const auto piece : pieces) {
      joined_.append(piece.substr(0, k_record_bytes - joined_.size()));
      if (joined_.size() == k_record_bytes) break;
    }
    return joined_;
  }

  void drop_input(Client client) {
    thread_local std::array<char, k_scrap_bytes> scrap;  // of all streams: nobody looks at it
    stream_.next_layer().async_read_some(
        asio::buffer(scrap), [this, client = std::move(client)](error_code error, std::size_t) {
          if (error) return client->on_finished();
          drop_input(client);
        });
  }

  asio::ssl::context context_;
  asio::ssl::stream<Socket> stream_;
  std::string joined_;
};

}  // namespace

std::unique_ptr<ByteStream> make_tls_stream(EventLoop& loop, int socket, TlsContext& context) {
  return std::make_unique<TlsStream>(loop, socket, context);
}

}  // namespace server::http
