// Bodies: chunked, announced by Expect, compressed.
#include <doctest/doctest.h>

#include <string>

#include "src/http/compression.h"
#include "unit/http/client.h"
#include "unit/http/running_server.h"

using http_test::Client;
using http_test::get;
using http_test::post;
using http_test::quick_options;
using http_test::RunningServer;
using server::http::Coding;
using server::http::decode;
using server::http::DecodeOutcome;
using std::chrono::milliseconds;

namespace {

const std::string k_chunked = "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string k_expecting =
    "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ";

}  // namespace

TEST_CASE("a chunked body is put together") {
  RunningServer running;
  Client client(running.server.port());
  CHECK(client.ask(k_chunked + "3\r\nabc\r\n4;name=value\r\ndefg\r\n0\r\n\r\n")->body == "abcdefg");
}

TEST_CASE("trailers of a chunked body are read and dropped") {
  RunningServer running;
  Client client(running.server.port());
  CHECK(client.ask(k_chunked + "3\r\nabc\r\n0\r\nX-Request-Id: evil\r\n\r\n")->body == "abc");
  CHECK(client.ask(get("/fast"))->body == "fast");
}

TEST_CASE("a chunked body may come byte by byte") {
  RunningServer running;
  Client client(running.server.port());
  for (const char c : k_chunked + "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n") client.send({&c, 1});
  CHECK(client.read()->body == "abcd");
}

TEST_CASE("a chunk extension without an end is 400") {
  RunningServer running;
  Client client(running.server.port());
  client.send(k_chunked + "3;" + std::string(200'000, 'a'));
  CHECK(client.read()->status == 400);
}

TEST_CASE("a body of many megabytes arrives whole") {
  RunningServer running;
  Client client(running.server.port());
  std::string body(5'000'000, 'a');
  for (std::size_t i = 0; i < body.size(); i += 997) body[i] = 'b';
  const bool is_equal = client.ask(post("/x", body))->body == body;
  CHECK(is_equal);
}

TEST_CASE("100 Continue is sent when the body is waited for") {
  RunningServer running;
  Client client(running.server.port());
  CHECK(client.ask(k_expecting + "4\r\n\r\n")->status == 100);
  CHECK(client.ask("body")->body == "body");
}

TEST_CASE("100 Continue is left out when the body is there already") {
  RunningServer running;
  Client client(running.server.port());
  CHECK(client.ask(k_expecting + "4\r\n\r\nbody")->body == "body");
}

TEST_CASE("HTTP/1.0 gets no 100 Continue") {
  RunningServer running;
  Client client(running.server.port());
  client.send("POST /x HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  CHECK(client.is_silent_for(milliseconds{50}));
  CHECK(client.ask("body")->body == "body");
}

TEST_CASE("a head that is not acceptable gets its final status instead of 100 Continue") {
  auto options = quick_options();
  options.body_bytes_max = 1000;
  RunningServer running(options);
  Client large(running.server.port());
  CHECK(large.ask(k_expecting + "1001\r\n\r\n")->status == 413);
  Client coded(running.server.port());
  CHECK(coded.ask(k_expecting + "10\r\nContent-Encoding: br\r\n\r\n")->status == 415);
}

TEST_CASE("a gzip body reaches the handler decompressed") {
  RunningServer running;
  Client client(running.server.port());
  const std::string plain(100'000, 'x');
  const auto reply =
      client.ask(post("/x", server::http::gzip(plain), "Content-Encoding: gzip\r\n"));
  REQUIRE(reply);
  CHECK(reply->status == 200);
  CHECK(reply->body.size() == plain.size());
}

TEST_CASE("a body that is not the gzip it claims to be is 400") {
  RunningServer running;
  Client client(running.server.port());
  const auto fields = "Content-Encoding: gzip\r\n";
  CHECK(client.ask(post("/x", "not gzip at all", fields))->status == 400);
  auto packed = server::http::gzip("hello");
  packed.pop_back();
  CHECK(client.ask(post("/x", packed, fields))->status == 400);
  CHECK(client.ask(post("/x", "", fields))->status == 400);
  CHECK(running.handler.handled == 0);
}

TEST_CASE("a gzip bomb is 413") {
  auto options = quick_options();
  options.decoded_bytes_max = 1'000'000;
  RunningServer running(options);
  const auto bomb = server::http::gzip(std::string(50'000'000, '\0'));
  CHECK(bomb.size() < 1'000'000);
  Client client(running.server.port());  // not before: to make a bomb may take its time
  CHECK(client.ask(post("/x", bomb, "Content-Encoding: gzip\r\n"))->status == 413);
  CHECK(running.handler.handled == 0);
}

TEST_CASE("an unknown Content-Encoding is 415 and says which are known") {
  RunningServer running;
  for (const char* coding : {"br", "gzip, gzip", "compress"}) {
    Client client(running.server.port());
    const auto reply =
        client.ask(post("/x", "abc", "Content-Encoding: " + std::string(coding) + "\r\n"));
    REQUIRE(reply);
    CHECK(reply->status == 415);
    CHECK(reply->headers.at("accept-encoding") == "gzip, deflate");
  }
}

TEST_CASE("a large answer is compressed for a client that accepts gzip") {
  RunningServer running;
  Client client(running.server.port());
  const auto reply = client.ask(get("/big", "Accept-Encoding: gzip, deflate, br\r\n"));
  REQUIRE(reply);
  CHECK(reply->headers.at("content-encoding") == "gzip");
  CHECK(reply->headers.at("vary") == "Accept-Encoding");
  std::string plain;
  REQUIRE(decode(Coding::gzip, reply->body, 100'000, plain) == DecodeOutcome::ok);
  CHECK(plain.size() == running.handler.big_bytes);

  client.send("HEAD /big HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
  CHECK(client.read_head()->headers.at("content-length") == std::to_string(reply->body.size()));
}

TEST_CASE("an answer is sent as it is to a client that does not accept gzip, but varies") {
  RunningServer running;
  Client client(running.server.port());
  for (const char* fields : {"", "Accept-Encoding: gzip;q=0\r\n", "Accept-Encoding: br\r\n"}) {
    const auto reply = client.ask(get("/big", fields));
    REQUIRE(reply);
    CHECK(reply->headers.count("content-encoding") == 0);
    CHECK(reply->headers.at("vary") == "Accept-Encoding");
    CHECK(reply->body.size() == running.handler.big_bytes);
  }
}

TEST_CASE("a small answer is never compressed") {
  RunningServer running;
  Client client(running.server.port());
  const auto reply = client.ask(get("/fast", "Accept-Encoding: gzip\r\n"));
  REQUIRE(reply);
  CHECK(reply->body == "fast");
  CHECK(reply->headers.count("vary") == 0);
}
