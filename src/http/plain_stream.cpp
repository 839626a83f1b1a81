// A TCP socket. Writes go straight to the kernel; Asio waits only for what it did not take.
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>

#include "src/http/byte_stream.h"
#include "src/http/event_loop.h"

namespace server::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
// The concrete executor spares a virtual call and a reference count per operation.
using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

constexpr std::size_t k_pieces_max = 64;
constexpr std::size_t k_scrap_bytes = 16 * 1024;

StreamClient::Ending ending_of(error_code error) {
  if (!error) return StreamClient::Ending::none;
  if (error == asio::error::eof) return StreamClient::Ending::finished;
  if (error == asio::error::operation_aborted) return StreamClient::Ending::cancelled;
  return StreamClient::Ending::broken;
}

class PlainStream final : public ByteStream {
 public:
  PlainStream(EventLoop& loop, int socket) : socket_(loop.context(), asio::ip::tcp::v4(), socket) {}

  void open(Client client) override { client->on_open(true); }

  void read_some(Client client, std::span<char> into) override {
    socket_.async_read_some(asio::buffer(into.data(), into.size()),
                            [client = std::move(client)](error_code error, std::size_t bytes) {
                              client->on_read(bytes, ending_of(error));
                            });
  }

  void cancel_read() override {
    error_code ignored;
    socket_.cancel(ignored);
  }

  std::ptrdiff_t write_now(std::span<const std::string_view> pieces) override {
    for (;;) {
      const auto sent = pieces.size() == 1 ? ::send(socket_.native_handle(), pieces[0].data(),
                                                    pieces[0].size(), MSG_NOSIGNAL)
                                           : send_all(pieces);
      if (sent >= 0) return sent;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
      if (errno != EINTR) return -1;
    }
  }

  void write_some(Client client, std::span<const std::string_view> pieces) override {
    // Reached only when the kernel's buffer is full: one piece at a time is good enough.
    socket_.async_write_some(asio::buffer(pieces[0].data(), pieces[0].size()),
                             [client = std::move(client)](error_code error, std::size_t bytes) {
                               client->on_written(error ? 0 : bytes);
                             });
  }

  void finish(Client client) override {
    error_code error;
    socket_.shutdown(asio::socket_base::shutdown_send, error);
    if (error) return client->on_finished();
    drop_input(std::move(client));
  }

  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  std::ptrdiff_t send_all(std::span<const std::string_view> pieces) {
    std::array<iovec, k_pieces_max> parts;
    const std::size_t count = std::min(pieces.size(), parts.size());
    for (std::size_t i = 0; i < count; ++i) {
      parts[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    return ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
  }

  void drop_input(Client client) {
    thread_local std::array<char, k_scrap_bytes> scrap;  // of all streams: nobody looks at it
    socket_.async_read_some(asio::buffer(scrap),
                            [this, client = std::move(client)](error_code error, std::size_t) {
                              if (error) return client->on_finished();
                              drop_input(client);
                            });
  }

  Socket socket_;
};

}  // namespace

std::unique_ptr<ByteStream> make_plain_stream(EventLoop& loop, int socket) {
  return std::make_unique<PlainStream>(loop, socket);
}

}  // namespace server::http
