// Bodies that are taken while they arrive.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "unit/http/client.h"
#include "unit/http/running_server.h"

using http_test::Client;
using http_test::comes_true;
using http_test::quick_options;
using http_test::RunningServer;
using server::http::Request;
using std::chrono::milliseconds;

namespace {

const std::string k_line(100, 'x');

server::http::ServerOptions options_with_sink() {
  auto options = quick_options();
  options.has_sink = [](const Request& head) { return head.target.starts_with("/sink"); };
  options.sink_progress_bytes_min = 100;
  options.body_bytes_max = 2'000'000'000;
  return options;
}

std::string head_of(std::string_view target, std::string_view fields) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

std::string head_of_bytes(std::string_view target, std::size_t bytes,
                          std::string_view fields = "") {
  return head_of(target, std::string(fields) + "Content-Length: " + std::to_string(bytes) + "\r\n");
}

}  // namespace

TEST_CASE("a body goes to its sink in pieces, and the answer comes once it is whole") {
  RunningServer running(options_with_sink());
  Client client(running.server.port());
  constexpr std::size_t k_bytes = 3'000'000;
  const auto reply = client.ask(head_of_bytes("/sink", k_bytes) + std::string(k_bytes, 'y'));
  REQUIRE(reply);
  CHECK(reply->status == 202);
  CHECK(running.handler.taken.bytes == k_bytes);
  CHECK(running.handler.taken.longest_piece < 1'000'000);
  CHECK(running.handler.taken.finished == 1);
  CHECK(running.handler.handled == 1);
  // The connection goes on.
  CHECK(client.ask(http_test::get("/fast"))->body == "fast");
  CHECK(client.ask(head_of_bytes("/sink", 5) + "hello")->status == 202);
  CHECK(client.ask(head_of_bytes("/sink", 0))->status == 202);
  CHECK(running.handler.taken.bytes == k_bytes + 5);
}

TEST_CASE("a chunked body goes there as well, whatever pieces it comes in") {
  RunningServer running(options_with_sink());
  Client client(running.server.port());
  client.send(head_of("/sink", "Transfer-Encoding: chunked\r\n"));
  for (int i = 0; i < 5'000; ++i) client.send("64\r\n" + k_line + "\r\n");
  const auto reply = client.ask("0\r\n\r\n");
  REQUIRE(reply);
  CHECK(reply->status == 202);
  CHECK(running.handler.taken.bytes == 500'000);
}

TEST_CASE("what the handler refuses by the head is not read") {
  RunningServer running(options_with_sink());
  Client client(running.server.port());
  client.send(head_of_bytes("/sink-refused", 1'000'000'000));
  const auto reply = client.read();
  REQUIRE(reply);
  CHECK(reply->status == 403);
  CHECK(reply->headers.at("connection") == "close");
  CHECK(running.handler.taken.bytes == 0);
  // One that has come whole already costs nobody the connection.
  Client other(running.server.port());
  CHECK(other.ask(head_of_bytes("/sink-refused", 5) + "hello")->status == 403);
  CHECK(other.ask(http_test::get("/fast"))->body == "fast");
}

TEST_CASE("the client is told to go on once the handler has accepted the head") {
  RunningServer running(options_with_sink());
  Client client(running.server.port());
  client.send(head_of_bytes("/sink", 5, "Expect: 100-continue\r\n"));
  CHECK(client.read()->status == 100);
  CHECK(client.ask("hello")->status == 202);
  client.send(head_of_bytes("/sink-refused", 5, "Expect: 100-continue\r\n"));
  CHECK(client.read()->status == 403);
}

TEST_CASE("a sink that takes no more ends the request with its own answer") {
  RunningServer running(options_with_sink());
  Client client(running.server.port());
  client.send(head_of_bytes("/sink-full", 100'000'000));
  client.send(std::string(2'000'000, 'z'));
  const auto reply = client.read();
  REQUIRE(reply);
  CHECK(reply->status == 503);
  CHECK(reply->body == "full");
  CHECK(comes_true([&] { return running.handler.taken.dropped == 1; }));
}

TEST_CASE("a body that breaks off, or is late, is dropped") {
  auto options = options_with_sink();
  options.progress_timeout = milliseconds{120};
  RunningServer running(options);
  {
    Client client(running.server.port());
    client.send(head_of_bytes("/sink", 1'000'000) + std::string(500'000, 'a'));
  }
  CHECK(comes_true([&] { return running.handler.taken.dropped == 1; }));
  Client client(running.server.port());
  client.send(head_of_bytes("/sink", 1'000'000) + std::string(300'000, 'a'));
  for (int i = 0; i < 200 && client.is_silent_for(milliseconds{10}); ++i) client.send("x");
  const auto reply = client.read();
  REQUIRE(reply);
  CHECK(reply->status == 408);
  CHECK(comes_true([&] { return running.handler.taken.dropped == 2; }));
  CHECK(running.handler.taken.finished == 0);
}

TEST_CASE("a body whose chunks are none is dropped") {
  RunningServer running(options_with_sink());
  Client client(running.server.port());
  client.send(head_of("/sink", "Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n");
  CHECK(comes_true([&] { return running.handler.handled == 1; }));
  std::this_thread::sleep_for(milliseconds{50});  // most likely the sink is open
  client.send("no size\r\n");
  const auto reply = client.read();
  REQUIRE(reply);
  CHECK(reply->status == 400);
  CHECK(comes_true([&] { return running.handler.taken.dropped == 1; }));
  CHECK(running.handler.taken.finished == 0);
}

TEST_CASE("a body of a sink has the limit of its route and no other") {
  auto options = options_with_sink();
  options.body_bytes_max = 1'000'000;
  options.decoded_bytes_max = 10;
  options.body_bytes_max_of = [](const Request& head) -> std::size_t {
    return head.target.starts_with("/sink") ? 1'000'000 : 10;
  };
  RunningServer running(options);
  Client client(running.server.port());
  CHECK(client.ask(head_of_bytes("/sink", 900'000) + std::string(900'000, 'a'))->status == 202);
  CHECK(client.ask(head_of_bytes("/sink", 1'000'001))->status == 413);
  Client chunks(running.server.port());
  chunks.send(head_of("/sink", "Transfer-Encoding: chunked\r\n"));
  for (int i = 0; i < 11; ++i) chunks.send("186a0\r\n" + std::string(100'000, 'c') + "\r\n");
  CHECK(chunks.read()->status == 413);
  CHECK(comes_true([&] { return running.handler.taken.dropped == 1; }));
}
