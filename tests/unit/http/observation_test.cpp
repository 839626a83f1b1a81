// What is counted and logged.
#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "src/http/access_log.h"
#include "src/http/metrics.h"
#include "unit/http/client.h"
#include "unit/http/running_server.h"

using http_test::Client;
using http_test::get;
using http_test::quick_options;
using http_test::RunningServer;
using namespace server::http;
using std::chrono::milliseconds;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string content_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string temporary_path() {
  return "/tmp/medisync_access_" + std::to_string(::getpid()) + ".log";
}

}  // namespace

TEST_CASE("requests are counted by method, route and status class") {
  RunningServer running;
  Client client(running.server.port());
  client.ask(get("/fast"));
  client.ask(get("/fast"));
  client.ask(get("/throw"));
  client.ask("BROKEN\r\n\r\n");
  const auto text = running.metrics.text();
  CHECK(has(text, R"(medisync_http_requests_total{method="GET",route="test",status="2xx"} 2)"));
  CHECK(has(text, R"(medisync_http_requests_total{method="GET",route="failure",status="5xx"} 1)"));
  CHECK(
      has(text, R"(medisync_http_requests_total{method="OTHER",route="failure",status="4xx"} 1)"));
  CHECK(has(text, R"(medisync_http_request_duration_seconds_count{route="test"} 2)"));
  CHECK(has(text, "medisync_http_connections 1"));
  CHECK(has(text, "medisync_http_requests_in_flight 0"));
}

TEST_CASE("requests in flight and in the queue are told") {
  auto options = quick_options();
  options.worker_threads = 1;
  RunningServer running(options);
  Client first(running.server.port());
  first.send(get("/gated"));
  REQUIRE(running.handler.gate.is_reached_by(1));
  Client second(running.server.port());
  second.send(get("/echo"));
  CHECK(http_test::tells(running, "medisync_http_requests_in_flight 2"));
  CHECK(http_test::tells(running, "medisync_http_queue_depth 1"));
}

TEST_CASE("metrics may be counted by many threads at once") {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&metrics] {
      for (int i = 0; i < 2000; ++i) {
        const std::string route = "r" + std::to_string(i % 50);
        metrics.request_started();
        metrics.request_finished(Method::get, route, 200, std::chrono::microseconds{5});
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(has(metrics.text(),
            R"(medisync_http_requests_total{method="GET",route="r7",status="2xx"} 160)"));
}

TEST_CASE("more routes than the fast table has room for are still counted") {
  Metrics metrics;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 1500; ++i) {
      metrics.request_finished(Method::put, "r" + std::to_string(i), 404, milliseconds{1});
    }
  }
  CHECK(has(metrics.text(),
            R"(medisync_http_requests_total{method="PUT",route="r1499",status="4xx"} 2)"));
}

TEST_CASE("the access log has one JSON line per request, without its target") {
  const auto path = temporary_path();
  auto options = quick_options();
  options.access_log = path;
  {
    RunningServer running(options);
    Client client(running.server.port());
    client.ask(get("/echo/Jane-Doe?ssn=123", "X-Request-Id: abc\r\n"));
    client.send("GET /secret");
    client.end_sending();
    client.read();
    running.server.stop(milliseconds{500});
  }
  const auto text = content_of(path);
  std::remove(path.c_str());
  CHECK(has(text, R"(","method":"GET","route":"test","status":200,"bytes":22,"duration_us":)"));
  CHECK(has(text, R"("request_id":"abc","remote":"127.0.0.1"})"));
  CHECK(text.starts_with(R"({"time":"20)"));
  CHECK_FALSE(has(text, "Jane"));
  CHECK_FALSE(has(text, "secret"));
}

TEST_CASE("an access log that cannot be written is an error at start") {
  auto options = quick_options();
  options.access_log = "/proc/none/access.log";
  http_test::TargetHandler handler;
  Metrics metrics;
  Server server(options, handler, metrics);
  const auto error = server.start();
  REQUIRE(error);
  CHECK(has(*error, "/proc/none/access.log"));
}
