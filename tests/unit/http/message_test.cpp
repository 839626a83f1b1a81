// Header fields and the head of a response.
#include "src/http/message.h"

#include <doctest/doctest.h>

#include <string>

#include "src/http/request_id.h"
#include "src/http/response_writer.h"

using namespace server::http;

TEST_CASE("header names compare without case") {
  Headers headers;
  headers.add("Content-Type", "a");
  headers.add("content-type", "b");
  CHECK(headers.get("CONTENT-TYPE") == "a");
  CHECK(headers.has("content-Type"));
  CHECK_FALSE(headers.has("content"));
  CHECK(headers.get("none").empty());
}

TEST_CASE("set replaces every field of the name and keeps the others") {
  Headers headers;
  headers.add("A", "1");
  headers.add("b", "2");
  headers.add("a", "3");
  headers.set("A", "4");
  REQUIRE(headers.fields().size() == 2);
  CHECK(headers.get("a") == "4");
  headers.set("C", "5");
  CHECK(headers.get("c") == "5");
}

TEST_CASE("framing fields of the handler are not sent") {
  Response response;
  response.headers.add("Content-Length", "99");
  response.headers.add("transfer-encoding", "chunked");
  response.headers.add("Connection", "upgrade");
  response.headers.add("ETag", "W/\"1\"");
  response.body = "abc";
  std::string out;
  CHECK(write_head(response, {.date = "D", .request_id = "r"}, out));
  CHECK(out ==
        "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 3\r\nETag: W/\"1\"\r\nX-Request-Id: "
        "r\r\n\r\n");
}

TEST_CASE("a HEAD answer without a body may say its length") {
  Response response;
  response.headers.add("Content-Length", "99");
  std::string out;
  CHECK_FALSE(write_head(response, {.date = "D", .is_head = true}, out));
  CHECK(out == "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 99\r\n\r\n");
}

TEST_CASE("304 has no body whatever the handler gave") {
  Response response;
  response.status = 304;
  response.body = "abc";
  std::string out;
  CHECK_FALSE(write_head(response, {.date = "D", .keep_alive = false}, out));
  CHECK(out == "HTTP/1.1 304 Not Modified\r\nDate: D\r\nConnection: close\r\n\r\n");
}

TEST_CASE("request ids are short, different and well-formed") {
  RequestIds ids;
  std::string first;
  std::string second;
  ids.make(first);
  ids.make(second);
  CHECK(first.size() == 12);
  CHECK(first != second);
  CHECK(is_request_id(first));
  CHECK(is_request_id(std::string(64, 'a')));
  CHECK_FALSE(is_request_id(std::string(65, 'a')));
  CHECK_FALSE(is_request_id(""));
  CHECK_FALSE(is_request_id("a b"));
  CHECK_FALSE(is_request_id("a\"b"));
}
