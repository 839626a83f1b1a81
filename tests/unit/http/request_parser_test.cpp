#include "src/http/request_parser.h"

#include <doctest/doctest.h>

#include <string>

using namespace server::http;
using State = RequestParser::State;

namespace {

constexpr RequestParser::Limits k_limits{200, 1000, 20, 500};

// Feeds `bytes` in pieces of `step`, as a connection with a buffer does, and returns what is left.
std::string feed(RequestParser& parser, const std::string& bytes, std::size_t step) {
  std::string buffer;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    buffer += bytes.substr(at, step);
    buffer.erase(0, parser.feed(buffer));
    if (parser.state() == State::complete || parser.state() == State::failed) {
      return buffer + bytes.substr(std::min(at + step, bytes.size()));
    }
  }
  return buffer;
}

const std::string k_post =
    "POST /fhir/Patient?a=b%20c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nX-A:  one "
    "\r\n\r\nhello";
const std::string k_chunked =
    "PATCH / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
    "5\r\nhello\r\n6;a=\"b\"\r\n world\r\n0\r\nTrailer: t\r\n\r\n";

}  // namespace

TEST_CASE("a request is read the same whatever pieces it comes in") {
  for (std::size_t step = 1; step <= k_post.size(); ++step) {
    RequestParser parser(k_limits);
    Request request;
    parser.start(request);
    CHECK(feed(parser, k_post + "GET", step) == "GET");
    REQUIRE(parser.state() == State::complete);
    CHECK(request.method == Method::post);
    CHECK(request.target == "/fhir/Patient?a=b%20c");
    CHECK(request.headers.get("x-a") == "one");
    CHECK(request.headers.fields().size() == 3);
    CHECK(request.body == "hello");
    CHECK(parser.keep_alive());
  }
}

TEST_CASE("a chunked request is read the same whatever pieces it comes in") {
  for (std::size_t step = 1; step <= k_chunked.size(); ++step) {
    RequestParser parser(k_limits);
    Request request;
    parser.start(request);
    CHECK(feed(parser, k_chunked, step).empty());
    REQUIRE(parser.state() == State::complete);
    CHECK(request.method == Method::patch);
    CHECK(request.body == "hello world");
    CHECK_FALSE(request.headers.has("Trailer"));
  }
}

TEST_CASE("a method without a name of its own keeps its text") {
  RequestParser parser(k_limits);
  Request request;
  parser.start(request);
  feed(parser, "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 100);
  REQUIRE(parser.state() == State::complete);
  CHECK(request.method == Method::other);
  CHECK(request.method_text == "BREW");
}

TEST_CASE("a cut request is neither complete nor failed") {
  for (std::size_t size = 0; size < k_post.size(); ++size) {
    RequestParser parser(k_limits);
    Request request;
    parser.start(request);
    feed(parser, k_post.substr(0, size), 7);
    CHECK(parser.state() != State::complete);
    CHECK(parser.state() != State::failed);
  }
}

TEST_CASE("one byte changed anywhere never breaks the parser") {
  for (const auto& sample : {k_post, k_chunked}) {
    for (std::size_t at = 0; at < sample.size(); ++at) {
      for (const char c : {'\0', '\r', '\n', ' ', ':', '0', '9', 'f', '\x7f', '\xff'}) {
        auto bytes = sample;
        bytes[at] = c;
        RequestParser parser(k_limits);
        Request request;
        parser.start(request);
        feed(parser, bytes, 13);
        if (parser.state() == State::failed) CHECK(parser.failure().status >= 400);
        CHECK(request.body.size() <= k_limits.body_bytes_max);
      }
    }
  }
}

TEST_CASE("the next request starts clean") {
  RequestParser parser(k_limits);
  Request first;
  parser.start(first);
  feed(parser, k_post, 1000);
  Request second;
  parser.start(second);
  CHECK(parser.state() == State::idle);
  feed(parser, "GET / HTTP/1.0\r\n\r\n", 1000);
  REQUIRE(parser.state() == State::complete);
  CHECK(parser.is_http_1_0());
  CHECK_FALSE(parser.keep_alive());
  CHECK(second.body.empty());
}
