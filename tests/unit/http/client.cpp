#include "unit/http/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace http_test {
namespace {

constexpr int k_patience_ms = 20'000;

bool is_readable_within(int socket, int milliseconds) {
  pollfd waiting{socket, POLLIN, 0};
  return ::poll(&waiting, 1, milliseconds) == 1;
}

Reply parse_head(std::string_view head) {
  Reply reply;
  reply.status = static_cast<unsigned>(std::stoul(std::string(head.substr(9, 3))));
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.empty()) {
    const auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    const auto colon = line.find(": ");
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    reply.headers[name] = line.substr(colon + 2);
  }
  return reply;
}

}  // namespace

Client::Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    socket_ = -1;
  }
}

Client::~Client() { ::close(socket_); }

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Client::end_sending() { ::shutdown(socket_, SHUT_WR); }

bool Client::receive() {
  if (!is_readable_within(socket_, k_patience_ms)) return false;
  std::array<char, 16384> bytes;
  const auto count = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

std::optional<Reply> Client::read_head() {
  auto end = buffer_.find("\r\n\r\n");
  for (; end == std::string::npos; end = buffer_.find("\r\n\r\n")) {
    if (!receive()) return std::nullopt;
  }
  auto reply = parse_head(std::string_view(buffer_).substr(0, end + 2));
  buffer_.erase(0, end + 4);
  return reply;
}

std::optional<Reply> Client::read() {
  auto reply = read_head();
  if (!reply) return std::nullopt;
  if (reply->headers["transfer-encoding"] == "chunked") {
    if (!read_chunks(reply->body)) return std::nullopt;
    return reply;
  }
  const auto length = reply->headers.find("content-length");
  if (length == reply->headers.end()) return reply;
  const std::size_t size = std::stoul(length->second);
  while (buffer_.size() < size) {
    if (!receive()) return std::nullopt;
  }
  reply->body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return reply;
}

bool Client::read_chunks(std::string& body) {
  for (;;) {
    std::size_t line = 0;
    while ((line = buffer_.find("\r\n")) == std::string::npos) {
      if (!receive()) return false;
    }
    const std::size_t size = std::stoul(buffer_.substr(0, line), nullptr, 16);
    while (buffer_.size() < line + 2 + size + 2) {
      if (!receive()) return false;
    }
    body.append(buffer_, line + 2, size);
    buffer_.erase(0, line + 2 + size + 2);
    if (size == 0) return true;
  }
}

std::optional<Reply> Client::ask(std::string_view bytes) {
  send(bytes);
  return read();
}

bool Client::is_ended_within(std::chrono::milliseconds time) {
  if (!buffer_.empty() || !is_readable_within(socket_, static_cast<int>(time.count())))
    return false;
  char byte = 0;
  return ::recv(socket_, &byte, 1, 0) <= 0;
}

bool Client::is_silent_for(std::chrono::milliseconds time) {
  return buffer_.empty() && !is_readable_within(socket_, static_cast<int>(time.count()));
}

std::string get(std::string_view target, std::string_view fields) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(fields) +
         "\r\n";
}

std::string post(std::string_view target, std::string_view body, std::string_view fields) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(fields) + "\r\n" + std::string(body);
}

}  // namespace http_test
