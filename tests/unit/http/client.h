// A blocking HTTP client made of plain sockets: it sends exactly the bytes a test says.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace http_test {

struct Reply {
  unsigned status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

/// One connection. Every wait has an end: a test fails rather than hangs.
class Client {
 public:
  explicit Client(std::uint16_t port);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// False when the server has closed.
  bool send(std::string_view bytes);
  /// Sends nothing more, still reads.
  void end_sending();
  /// Reads one response, final or interim, and puts its chunks together; nothing when the
  /// connection ends before its end.
  std::optional<Reply> read();
  /// The response to HEAD: a Content-Length without a body.
  std::optional<Reply> read_head();
  /// send, then read
  std::optional<Reply> ask(std::string_view bytes);
  /// True when the server ends the connection within `time`, without another byte.
  bool is_ended_within(std::chrono::milliseconds time);
  /// True when nothing comes within `time`, the end included.
  bool is_silent_for(std::chrono::milliseconds time);

  int socket() const { return socket_; }

 private:
  bool receive();
  bool read_chunks(std::string& body);

  int socket_;
  std::string buffer_;
};

/// "GET target HTTP/1.1", Host, the fields (each with its CRLF), the empty line.
std::string get(std::string_view target, std::string_view fields = "");
/// The same for POST, with the Content-Length of `body`.
std::string post(std::string_view target, std::string_view body, std::string_view fields = "");

}  // namespace http_test
