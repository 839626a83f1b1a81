// Connections: keep-alive, pipelining, HEAD, HTTP/1.0, half-closed sockets, what answers carry.
#include <doctest/doctest.h>

#include <string>
#include <thread>

#include "unit/http/client.h"
#include "unit/http/running_server.h"

using http_test::Client;
using http_test::get;
using http_test::post;
using http_test::RunningServer;
using std::chrono::milliseconds;

TEST_CASE("a connection persists after a response") {
  RunningServer running;
  Client client(running.server.port());
  for (int i = 0; i < 3; ++i) {
    const auto reply = client.ask(get("/fast"));
    REQUIRE(reply);
    CHECK(reply->status == 200);
    CHECK(reply->body == "fast");
    CHECK(reply->headers.count("connection") == 0);
  }
  CHECK(client.ask(get("/echo"))->body == "/echo");
}

TEST_CASE("a request with Connection: close is the last one") {
  RunningServer running;
  Client client(running.server.port());
  const auto reply = client.ask(get("/fast", "Connection: close\r\n") + get("/fast"));
  REQUIRE(reply);
  CHECK(reply->headers.at("connection") == "close");
  CHECK(client.is_ended_within(milliseconds{5000}));
}

TEST_CASE("responses to pipelined requests come in the order of the requests") {
  RunningServer running;
  Client client(running.server.port());
  client.send(get("/first") + get("/fast") + get("/gated") + get("/fast") + post("/p", "last"));
  CHECK(client.read()->body == "/first");
  CHECK(client.read()->body == "fast");
  CHECK(running.handler.gate.is_reached_by(1));
  CHECK(client.is_silent_for(milliseconds{50}));
  running.handler.gate.open();
  CHECK(client.read()->body == "gated");
  CHECK(client.read()->body == "fast");
  CHECK(client.read()->body == "last");
}

TEST_CASE("a thousand pipelined requests are all answered") {
  RunningServer running;
  Client client(running.server.port());
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += get("/big");
  std::thread sender([&] { client.send(requests); });
  int answered = 0;
  while (answered < 1000) {
    const auto reply = client.read();
    if (!reply || reply->body.size() != running.handler.big_bytes) break;
    ++answered;
  }
  sender.join();
  CHECK(answered == 1000);
}

TEST_CASE("requests may come byte by byte") {
  RunningServer running;
  Client client(running.server.port());
  for (const char c : post("/echo", "body")) client.send(std::string(1, c));
  CHECK(client.read()->body == "body");
}

TEST_CASE("empty lines before a request are ignored") {
  RunningServer running;
  Client client(running.server.port());
  client.send("\r\n\r\n" + get("/fast") + "\r");
  CHECK(client.read()->body == "fast");
  CHECK(client.ask("\n" + get("/fast"))->body == "fast");
}

TEST_CASE("HEAD is answered like GET without the body") {
  RunningServer running;
  Client client(running.server.port());
  client.send("HEAD /big HTTP/1.1\r\nHost: a\r\n\r\n" + get("/fast"));
  const auto reply = client.read_head();
  REQUIRE(reply);
  CHECK(reply->status == 200);
  CHECK(reply->headers.at("content-length") == "20000");
  CHECK(client.read()->body == "fast");
}

TEST_CASE("a 204 response has neither body nor Content-Length") {
  RunningServer running;
  Client client(running.server.port());
  const auto reply = client.ask(get("/none"));
  REQUIRE(reply);
  CHECK(reply->status == 204);
  CHECK(reply->headers.count("content-length") == 0);
  CHECK(client.ask(get("/fast"))->body == "fast");
}

TEST_CASE("HTTP/1.0 closes unless keep-alive is asked for") {
  RunningServer running;
  Client client(running.server.port());
  auto reply = client.ask("GET /fast HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  REQUIRE(reply);
  CHECK(reply->headers.at("connection") == "keep-alive");
  reply = client.ask("GET /fast HTTP/1.0\r\n\r\n");
  REQUIRE(reply);
  CHECK(reply->body == "fast");
  CHECK(client.is_ended_within(milliseconds{5000}));
}

TEST_CASE("a client that has shut down its sending side still gets its answers") {
  RunningServer running;
  Client client(running.server.port());
  client.send(get("/fast") + get("/gated"));
  client.end_sending();
  CHECK(client.read()->body == "fast");
  running.handler.gate.open();
  CHECK(client.read()->body == "gated");
  CHECK(client.is_ended_within(milliseconds{5000}));
}

TEST_CASE("a request that ends before it is complete is 400") {
  RunningServer running;
  for (const char* part :
       {"GET /fast HT", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab"}) {
    Client client(running.server.port());
    client.send(part);
    client.end_sending();
    const auto reply = client.read();
    REQUIRE(reply);
    CHECK(reply->status == 400);
    CHECK(client.is_ended_within(milliseconds{5000}));
  }
}

TEST_CASE("a client that goes away while its request is handled harms nobody") {
  RunningServer running;
  {
    Client client(running.server.port());
    client.send(get("/gated"));
    CHECK(running.handler.gate.is_reached_by(1));
  }
  running.handler.gate.open();
  Client client(running.server.port());
  CHECK(client.ask(get("/echo"))->status == 200);
}

TEST_CASE("an answer carries Date and the request's id") {
  RunningServer running;
  Client client(running.server.port());
  auto reply = client.ask(get("/fast"));
  REQUIRE(reply);
  CHECK(reply->headers.at("date").ends_with(" GMT"));
  CHECK(reply->headers.at("x-request-id").size() == 12);
  CHECK(reply->headers.at("x-request-id") == reply->headers.at("x-seen-id"));

  reply = client.ask(get("/fast", "X-Request-Id: 7f3e-client.1\r\n"));
  REQUIRE(reply);
  CHECK(reply->headers.at("x-request-id") == "7f3e-client.1");
}

TEST_CASE("an id that is not well-formed is replaced") {
  RunningServer running;
  Client client(running.server.port());
  const auto reply = client.ask(get("/fast", "X-Request-Id: a\"b\r\n"));
  REQUIRE(reply);
  CHECK(reply->headers.at("x-request-id").size() == 12);
}

TEST_CASE("a header value cannot end its line") {
  RunningServer running;
  Client client(running.server.port());
  const auto reply = client.ask(get("/inject"));
  REQUIRE(reply);
  CHECK(reply->headers.at("x-injected") == "a  X-Evil: b");
  CHECK(reply->headers.count("x-evil") == 0);
}

TEST_CASE("a large answer arrives whole at a client that reads late") {
  RunningServer running;
  running.handler.big_bytes = 20'000'000;
  Client client(running.server.port());
  client.send(get("/big"));
  std::this_thread::sleep_for(milliseconds{50});
  const auto reply = client.read();
  REQUIRE(reply);
  CHECK(reply->body.size() == 20'000'000);
  CHECK(reply->body.back() == '"');
}

TEST_CASE("a client that never reads its answer is cut off") {
  auto options = http_test::quick_options();
  options.write_timeout = milliseconds{100};
  RunningServer running(options);
  running.handler.big_bytes = 20'000'000;
  Client client(running.server.port());
  client.send(get("/big"));
  CHECK(http_test::comes_true([&] { return running.handler.handled == 1; }));
  CHECK(http_test::tells(running, "medisync_http_connections 0"));
  CHECK_FALSE(client.read());
}
