// Requests that are malformed or too large, and servers that have too much to do.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "unit/http/client.h"
#include "unit/http/running_server.h"

using http_test::Client;
using http_test::get;
using http_test::post;
using http_test::quick_options;
using http_test::RunningServer;
using std::chrono::milliseconds;

namespace {

unsigned status_of(RunningServer& running, const std::string& bytes) {
  Client client(running.server.port());
  auto reply = client.ask(bytes);
  if (!reply) return 0;
  CHECK(reply->headers["connection"] == "close");
  CHECK_FALSE(reply->body.empty());
  CHECK(client.is_ended_within(milliseconds{5000}));
  return reply->status;
}

std::string filler(std::size_t bytes) { return std::string(bytes, 'a'); }

}  // namespace

TEST_CASE("a malformed request is 400 and the end of the connection") {
  RunningServer running;
  for (const std::string bad : {
           "\x16\x03\x01\x02\r\n\r\n",
           "GET\r\n\r\n",
           "GET /fast\r\n\r\n",
           "GET /fast HTTP/2.0\r\nHost: a\r\n\r\n",
           "GET /fa st HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET /fast HTTP/1.1\r\nHost a\r\n\r\n",
           "GET /fast HTTP/1.1\r\nHost : a\r\n\r\n",
           "GET /fast HTTP/1.1\nHost: a\n\n",
           "GET /fast HTTP/1.1\r\nHost: a\r\nX: a\x01\r\n\r\n",
           "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
           "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
           "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
       }) {
    CAPTURE(bad);
    CHECK(status_of(running, bad) == 400);
  }
}

TEST_CASE("a request has exactly one Host") {
  RunningServer running;
  CHECK(status_of(running, "GET /fast HTTP/1.1\r\n\r\n") == 400);
  CHECK(status_of(running, "GET /fast HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n") == 400);
}

TEST_CASE("a body whose length is told twice is refused, so that no request can be smuggled") {
  RunningServer running;
  const std::string head = "POST /x HTTP/1.1\r\nHost: a\r\n";
  CHECK(status_of(running,
                  head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") ==
        400);
  CHECK(status_of(running,
                  head + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n") ==
        400);
  CHECK(status_of(running, head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n") == 501);
  CHECK(status_of(running, head + "Transfer-Encoding: identity\r\n\r\n") == 501);
  CHECK(status_of(running, "POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") ==
        400);
}

TEST_CASE("a target that is too long is 414") {
  auto options = quick_options();
  options.target_bytes_max = 1000;
  RunningServer running(options);
  CHECK(status_of(running, get("/" + filler(1000))) == 414);
  CHECK(status_of(running, "GET /" + filler(100'000)) == 414);
  Client client(running.server.port());
  CHECK(client.ask(get("/" + filler(999)))->status == 200);
}

TEST_CASE("a header that is too large is 431, in one field, in many, and without an end") {
  auto options = quick_options();
  options.header_bytes_max = 4096;
  RunningServer running(options);
  CHECK(status_of(running, get("/fast", "X: " + filler(5000) + "\r\n")) == 431);
  std::string fields;
  for (int i = 0; i < 50; ++i) fields += "X-" + std::to_string(i) + ": " + filler(100) + "\r\n";
  CHECK(status_of(running, get("/fast", fields)) == 431);
  CHECK(status_of(running, "GET /fast HTTP/1.1\r\nHost: a\r\nX: " + filler(100'000)) == 431);
}

TEST_CASE("a header that dribbles in field by field is limited as a whole") {
  auto options = quick_options();
  options.header_bytes_max = 4096;
  RunningServer running(options);
  Client client(running.server.port());
  client.send("GET /fast HTTP/1.1\r\nHost: a\r\n");
  for (int i = 0; i < 60; ++i) {
    client.send("X-" + std::to_string(i) + ": " + filler(100) + "\r\n");
    client.is_silent_for(milliseconds{1});
  }
  CHECK(client.read()->status == 431);
}

TEST_CASE("too many fields are 431") {
  RunningServer running;
  std::string fields;
  for (int i = 0; i < 101; ++i) fields += "X:\r\n";
  CHECK(status_of(running, get("/fast", fields)) == 431);
}

TEST_CASE("a body that is announced too large is 413 before any of it is sent") {
  auto options = quick_options();
  options.body_bytes_max = 1000;
  RunningServer running(options);
  CHECK(status_of(running, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n") == 413);
  Client client(running.server.port());
  CHECK(client.ask(post("/x", filler(1000)))->status == 200);
}

TEST_CASE("a chunked body is 413 as soon as it is too large") {
  auto options = quick_options();
  options.body_bytes_max = 1000;
  RunningServer running(options);
  CHECK(status_of(running,
                  "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "258\r\n" +
                      filler(600) + "\r\n258\r\n" + filler(600) + "\r\n0\r\n\r\n") == 413);
}

TEST_CASE("a client that goes on sending its oversize body still reads the 413") {
  auto options = quick_options();
  options.body_bytes_max = 1000;
  RunningServer running(options);
  Client client(running.server.port());
  client.send(post("/x", filler(3'000'000)));
  const auto reply = client.read();
  REQUIRE(reply);
  CHECK(reply->status == 413);
}

TEST_CASE("an expectation other than 100-continue is 417") {
  RunningServer running;
  CHECK(status_of(running, get("/fast", "Expect: wonders\r\n")) == 417);
}

TEST_CASE("a full queue answers 503 with Retry-After and keeps the connection") {
  auto options = quick_options();
  options.worker_threads = 1;
  options.queue_capacity = 1;
  RunningServer running(options);
  Client first(running.server.port());
  first.send(get("/gated"));
  REQUIRE(running.handler.gate.is_reached_by(1));
  Client second(running.server.port());
  second.send(get("/echo"));
  Client third(running.server.port());
  REQUIRE(tells(running, "medisync_http_queue_depth 1"));
  const auto reply = third.ask(get("/echo"));
  REQUIRE(reply);
  CHECK(reply->status == 503);
  CHECK(reply->headers.at("retry-after") == "1");
  CHECK(third.ask(get("/fast"))->status == 200);
  running.handler.gate.open();
  CHECK(first.read()->body == "gated");
  CHECK(second.read()->body == "/echo");
}

TEST_CASE("a request whose deadline passes in the queue is 503 and never handled") {
  auto options = quick_options();
  options.worker_threads = 1;
  options.request_deadline = milliseconds{1500};
  RunningServer running(options);
  Client first(running.server.port());
  first.send(get("/gated"));
  REQUIRE(running.handler.gate.is_reached_by(1));
  Client second(running.server.port());
  second.send(get("/echo"));
  REQUIRE(tells(running, "medisync_http_queue_depth 1"));
  CHECK(second.is_silent_for(milliseconds{1520}));
  running.handler.gate.open();
  const auto reply = second.read();
  REQUIRE(reply);
  CHECK(reply->status == 503);
  CHECK(reply->headers.count("retry-after") == 1);
  CHECK(running.handler.handled == 1);
}

TEST_CASE("an exception becomes a 500 that does not tell what it said") {
  RunningServer running;
  for (const char* target : {"/throw", "/here-throws"}) {
    Client client(running.server.port());
    const auto reply = client.ask(get(target));
    REQUIRE(reply);
    CHECK(reply->status == 500);
    CHECK(reply->body.find("Jane") == std::string::npos);
    CHECK(client.ask(get("/fast"))->status == 200);
  }
}

TEST_CASE("a connection beyond the limit is told 503") {
  auto options = quick_options();
  options.connections_max = 2;
  RunningServer running(options);
  Client first(running.server.port());
  Client second(running.server.port());
  CHECK(first.ask(get("/fast"))->status == 200);
  CHECK(second.ask(get("/fast"))->status == 200);
  Client third(running.server.port());
  const auto reply = third.read();
  REQUIRE(reply);
  CHECK(reply->status == 503);
  CHECK(third.is_ended_within(milliseconds{5000}));
}

TEST_CASE("a body past the limit of its route is 413 before any of it is read") {
  auto options = quick_options();
  options.body_bytes_max = 10'000;
  options.body_bytes_max_of = [](const server::http::Request& head) {
    return head.target.starts_with("/small") ? std::size_t{100} : std::size_t{1} << 30;
  };
  RunningServer running(options);
  Client fits(running.server.port());
  CHECK(fits.ask(post("/small", filler(100)))->status == 200);
  CHECK(fits.ask(post("/large", filler(10'000)))->status == 200);
  const std::string head = "POST /small HTTP/1.1\r\nHost: a\r\n";
  CHECK(status_of(running, head + "Content-Length: 101\r\n\r\n") == 413);
  CHECK(status_of(running, head + "Content-Length: 101\r\nExpect: 100-continue\r\n\r\n") == 413);
  CHECK(status_of(running, head + "Transfer-Encoding: chunked\r\n\r\n65\r\n" + filler(101)) == 413);
  CHECK(status_of(running, "POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 10001\r\n\r\n") ==
        413);
}

TEST_CASE("an answer has the fields of all answers but those that it gives itself") {
  auto options = quick_options();
  options.response_fields = {{"X-All", "of all"}, {"X-Seen-Id", "never"}};
  RunningServer running(options);
  Client client(running.server.port());
  const auto good = client.ask(get("/fast"));
  CHECK(good->headers.at("x-all") == "of all");
  CHECK(good->headers.at("x-seen-id") != "never");
  Client bad(running.server.port());
  CHECK(bad.ask("GET\r\n\r\n")->headers.at("x-all") == "of all");
}
