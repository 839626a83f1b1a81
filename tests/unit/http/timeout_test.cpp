// Clients that are slow on purpose.
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>

#include "unit/http/client.h"
#include "unit/http/running_server.h"

using http_test::Client;
using http_test::get;
using http_test::quick_options;
using http_test::RunningServer;
using http_test::tells;
using std::chrono::milliseconds;

namespace {

const std::string k_head_of_1000 = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n";

// Sends one byte every 10 ms; whether the server answers before 200 are sent.
bool dribble(Client& client, const std::string& bytes) {
  for (std::size_t i = 0; i < 200; ++i) {
    if (!client.is_silent_for(milliseconds{10})) return true;
    client.send(bytes.substr(i % bytes.size(), 1));
  }
  return false;
}

}  // namespace

TEST_CASE("a header that dribbles in (slow loris) is 408 after the header timeout") {
  auto options = quick_options();
  options.header_timeout = milliseconds{120};
  RunningServer running(options);
  Client client(running.server.port());
  client.send("GET /fast HTTP/1.1\r\n");
  CHECK(dribble(client, "X-A: aaaaaaaaaaaaaaaaaaaa\r\n"));
  const auto reply = client.read();
  REQUIRE(reply);
  CHECK(reply->status == 408);
  CHECK(client.is_ended_within(milliseconds{5000}));
}

TEST_CASE("a body that dribbles in is 408 although it makes some progress") {
  auto options = quick_options();
  options.progress_timeout = milliseconds{120};
  options.progress_bytes_min = 100;
  RunningServer running(options);
  Client client(running.server.port());
  client.send(k_head_of_1000);
  CHECK(dribble(client, "x"));
  const auto reply = client.read();
  REQUIRE(reply);
  CHECK(reply->status == 408);
}

TEST_CASE("a body at a fair rate may take longer than the progress window") {
  auto options = quick_options();
  options.progress_timeout = milliseconds{1000};  // far longer than this thread may be kept waiting
  options.progress_bytes_min = 20;
  RunningServer running(options);
  Client client(running.server.port());
  client.send(k_head_of_1000);
  for (int i = 0; i < 20; ++i) {
    client.send(std::string(50, 'x'));
    std::this_thread::sleep_for(milliseconds{60});
  }
  CHECK(client.read()->status == 200);
}

TEST_CASE("a body is 408 when the whole of it takes too long") {
  auto options = quick_options();
  options.body_timeout = milliseconds{120};
  options.progress_bytes_min = 1;
  RunningServer running(options);
  Client client(running.server.port());
  client.send(k_head_of_1000);
  CHECK(dribble(client, "x"));
  CHECK(client.read()->status == 408);
}

TEST_CASE("an idle connection is closed without a word") {
  auto options = quick_options();
  options.idle_timeout = milliseconds{800};
  RunningServer running(options);
  Client client(running.server.port());
  CHECK(client.ask(get("/fast"))->status == 200);
  CHECK(client.is_silent_for(milliseconds{100}));
  CHECK(client.is_ended_within(milliseconds{5000}));
}

TEST_CASE("a connection that never sends a request is closed after the header timeout") {
  auto options = quick_options();
  options.header_timeout = milliseconds{800};
  RunningServer running(options);
  Client client(running.server.port());
  CHECK(client.is_silent_for(milliseconds{100}));
  CHECK(client.is_ended_within(milliseconds{5000}));
}

TEST_CASE("a client that does not close is left after the linger timeout") {
  RunningServer running;
  Client client(running.server.port());
  client.ask(get("/fast", "Connection: close\r\n"));
  CHECK(client.is_ended_within(milliseconds{5000}));
  CHECK(tells(running, "medisync_http_connections 0"));
}

TEST_CASE("handling may take longer than any timeout of the connection") {
  auto options = quick_options();
  options.header_timeout = options.idle_timeout = options.body_timeout = milliseconds{500};
  RunningServer running(options);
  Client client(running.server.port());
  client.send(get("/gated"));
  CHECK(running.handler.gate.is_reached_by(1));
  CHECK(client.is_silent_for(milliseconds{1000}));
  running.handler.gate.open();
  CHECK(client.read()->body == "gated");
}
