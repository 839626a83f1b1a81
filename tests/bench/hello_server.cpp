// bench_hello_server [--threads N] [--bytes N] [--port N]
// The least a Beast server can do: read a request, write the same body again. The rate it reaches
// is the limit that the server's reads are measured against. Prints its port, ends on SIGTERM.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::beast::error_code;

std::string body_of(std::size_t bytes) {
  std::string body = R"({"resourceType":"Patient","id":"hello","text":")";
  if (body.size() + 2 < bytes) body.append(bytes - body.size() - 2, 'x');
  return body + "\"}";
}

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, const std::string& body)
      : socket_(std::move(socket)), buffer_(64 * 1024) {
    buffer_.reserve(64 * 1024);
    response_.set(http::field::content_type, "application/fhir+json");
    response_.body() = body;
    response_.prepare_payload();
  }

  void read() {
    request_.emplace();
    http::async_read(socket_, buffer_, *request_,
                     [self = shared_from_this()](error_code error, std::size_t) {
                       if (!error) self->write();
                     });
  }

 private:
  void write() {
    response_.keep_alive(request_->get().keep_alive());
    http::async_write(socket_, response_,
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (!error && self->response_.keep_alive()) self->read();
                      });
  }

  tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> request_;
  http::response<http::string_body> response_;
};

// One io_context per thread was the faster of the two usual ways: nothing is locked.
struct Loop {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
};

void accept(tcp::acceptor& acceptor, std::vector<std::unique_ptr<Loop>>& loops, std::size_t next,
            const std::string& body) {
  auto& target = loops[next]->context;
  acceptor.async_accept(
      target, [&acceptor, &loops, &target, next, &body](error_code error, tcp::socket socket) {
        if (!acceptor.is_open()) return;
        if (!error) {
          socket.set_option(tcp::no_delay(true));
          auto connection = std::make_shared<Connection>(std::move(socket), body);
          asio::post(target, [connection] { connection->read(); });
        }
        accept(acceptor, loops, (next + 1) % loops.size(), body);
      });
}

std::size_t option(int argc, char** argv, std::string_view name, std::size_t fallback) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (argv[i] == name) return std::strtoul(argv[i + 1], nullptr, 10);
  }
  return fallback;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t threads = std::max<std::size_t>(option(argc, argv, "--threads", 1), 1);
  const std::string body = body_of(option(argc, argv, "--bytes", 1500));
  const auto port = static_cast<unsigned short>(option(argc, argv, "--port", 0));

  std::vector<std::unique_ptr<Loop>> loops;
  for (std::size_t i = 0; i < threads; ++i) loops.push_back(std::make_unique<Loop>());
  tcp::acceptor acceptor(loops[0]->context, {asio::ip::address_v4::loopback(), port});
  asio::signal_set signals(loops[0]->context, SIGTERM, SIGINT);
  signals.async_wait([&loops](error_code, int) {
    for (auto& loop : loops) loop->context.stop();
  });
  accept(acceptor, loops, 0, body);
  std::printf("%u\n", static_cast<unsigned>(acceptor.local_endpoint().port()));
  std::fflush(stdout);

  std::vector<std::thread> others;
  for (std::size_t i = 1; i < threads; ++i) {
    others.emplace_back([&loop = *loops[i]] { loop.context.run(); });
  }
  loops[0]->context.run();
  for (auto& thread : others) thread.join();
}
