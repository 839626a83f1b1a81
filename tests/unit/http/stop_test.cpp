// Starting and stopping.
#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <future>
#include <string>
#include <thread>

#include "unit/http/client.h"
#include "unit/http/running_server.h"

using http_test::Client;
using http_test::comes_true;
using http_test::get;
using http_test::quick_options;
using http_test::refuses_connections;
using http_test::RunningServer;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("a port in use is an error that names it") {
  RunningServer running;
  auto options = quick_options();
  options.port = running.server.port();
  http_test::TargetHandler handler;
  server::http::Metrics metrics;
  server::http::Server second(options, handler, metrics);
  const auto error = second.start();
  REQUIRE(error);
  CHECK(error->find(std::to_string(options.port)) != std::string::npos);
  CHECK(error->find("in use") != std::string::npos);
}

TEST_CASE("an address that is none is an error") {
  auto options = quick_options();
  options.bind_address = "nowhere";
  http_test::TargetHandler handler;
  server::http::Metrics metrics;
  server::http::Server server(options, handler, metrics);
  CHECK(server.start());
}

TEST_CASE("stop finishes the request in flight and says that the connection closes") {
  RunningServer running;
  Client client(running.server.port());
  client.send(get("/gated"));
  REQUIRE(running.handler.gate.is_reached_by(1));
  auto stopped = std::async(std::launch::async, [&] { running.server.stop(seconds{5}); });
  CHECK(refuses_connections(running.server.port()));
  CHECK(stopped.wait_for(milliseconds{50}) == std::future_status::timeout);
  running.handler.gate.open();
  const auto reply = client.read();
  REQUIRE(reply);
  CHECK(reply->body == "gated");
  CHECK(reply->headers.at("connection") == "close");
  CHECK(client.is_ended_within(milliseconds{5000}));
  CHECK(stopped.wait_for(seconds{20}) == std::future_status::ready);
}

TEST_CASE("stop lets a request that is being received come in") {
  RunningServer running;
  Client client(running.server.port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  REQUIRE(client.read());  // 100: the head has come in
  auto stopped = std::async(std::launch::async, [&] { running.server.stop(seconds{20}); });
  client.send("bo");
  CHECK(refuses_connections(running.server.port()));
  CHECK(client.ask("dy")->body == "body");
  stopped.wait();
}

TEST_CASE("stop closes idle connections and accepts no new ones") {
  RunningServer running;
  const auto port = running.server.port();
  Client client(port);
  client.ask(get("/fast"));
  running.server.stop(seconds{5});
  CHECK(client.is_ended_within(milliseconds{5000}));
  Client late(port);
  CHECK(late.socket() == -1);
}

TEST_CASE("stop cuts off what is unfinished after the grace") {
  RunningServer running;
  Client slow(running.server.port());
  slow.send("GET /fast HT");
  Client client(running.server.port());
  client.send(get("/gated"));
  REQUIRE(running.handler.gate.is_reached_by(1));
  auto stopped = std::async(std::launch::async, [&] { running.server.stop(milliseconds{50}); });
  CHECK_FALSE(client.read());
  CHECK_FALSE(slow.read());
  running.handler.gate.open();
  stopped.wait();
}

TEST_CASE("stop may be called twice") {
  RunningServer running;
  running.server.stop(milliseconds{0});
  running.server.stop(milliseconds{0});
}

namespace {
server::http::Server* signalled = nullptr;
}

TEST_CASE("request_stop may be called by a signal handler and ends wait") {
  RunningServer running;
  signalled = &running.server;
  const auto before = std::signal(SIGUSR1, [](int) { signalled->request_stop(); });
  auto waiting = std::async(std::launch::async, [&] { running.server.wait(); });
  CHECK(waiting.wait_for(milliseconds{20}) == std::future_status::timeout);
  std::raise(SIGUSR1);
  CHECK(waiting.wait_for(seconds{20}) == std::future_status::ready);
  std::signal(SIGUSR1, before);
}

TEST_CASE("stopping under load loses no answer to a request that was read") {
  RunningServer running;
  std::atomic<int> answered = 0;
  std::thread load([&] {
    Client client(running.server.port());
    while (client.send(get("/echo"))) {
      const auto reply = client.read();
      if (!reply || reply->status != 200) break;
      ++answered;
      if (reply->headers.count("connection") != 0) break;
    }
  });
  CHECK(comes_true([&] { return answered > 20; }));
  running.server.stop(seconds{20});
  load.join();
  CHECK(answered == running.handler.handled);
}
