// Bodies that are sent piece by piece.
#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "src/http/compression.h"
#include "src/http/file_body.h"
#include "unit/http/client.h"
#include "unit/http/running_server.h"

using http_test::Client;
using http_test::get;
using http_test::RunningServer;
using server::http::Coding;
using server::http::decode;
using server::http::DecodeOutcome;
using server::http::FileBody;
using std::chrono::milliseconds;

namespace {

std::string letters(std::size_t pieces) {
  std::string text;
  for (std::size_t i = 0; i < pieces; ++i) text.append(100'000, static_cast<char>('a' + i % 26));
  return text;
}

/// Whatever a file body still gives.
std::string rest_of(FileBody& body) {
  std::string text, piece;
  while (body.next(piece) && !piece.empty()) {
    text += piece;
    piece.clear();
  }
  return text;
}

}  // namespace

TEST_CASE("a source that knows its size is sent with a Content-Length") {
  RunningServer running;
  Client client(running.server.port());
  const auto reply = client.ask(get("/source"));
  CHECK(reply->headers.at("content-length") == "300000");
  const bool is_equal = reply->body == letters(3);
  CHECK(is_equal);
  CHECK(client.ask(get("/fast"))->body == "fast");
}

TEST_CASE("a source of unknown size is sent in chunks") {
  RunningServer running;
  Client client(running.server.port());
  const auto reply = client.ask(get("/open-source"));
  CHECK(reply->headers.at("transfer-encoding") == "chunked");
  CHECK(reply->headers.count("content-length") == 0);
  const bool is_equal = reply->body == letters(3);
  CHECK(is_equal);
  CHECK(client.ask(get("/fast"))->body == "fast");
}

TEST_CASE("a client of HTTP/1.0 gets a source of unknown size up to the end of the connection") {
  RunningServer running;
  Client client(running.server.port());
  client.send("GET /open-source HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto reply = client.read_head();
  CHECK(reply->headers.count("transfer-encoding") == 0);
  CHECK(reply->headers.at("connection") == "close");
}

TEST_CASE("an empty source is an empty body") {
  RunningServer running;
  running.handler.source_pieces = 0;
  Client client(running.server.port());
  CHECK(client.ask(get("/source"))->headers.at("content-length") == "0");
  CHECK(client.ask(get("/open-source"))->body.empty());
  CHECK(client.ask(get("/fast"))->body == "fast");
}

TEST_CASE("HEAD of a source is its head alone") {
  RunningServer running;
  Client client(running.server.port());
  client.send("HEAD /source HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_head()->headers.at("content-length") == "300000");
  CHECK(client.ask(get("/fast"))->body == "fast");
}

TEST_CASE("a source that cannot go on ends the connection before its size is reached") {
  RunningServer running;
  Client client(running.server.port());
  CHECK_FALSE(client.ask(get("/broken-source")));
}

TEST_CASE("a source is packed while it is sent, under an entity tag of its own") {
  RunningServer running;
  Client client(running.server.port());
  const auto reply = client.ask(get("/source", "Accept-Encoding: gzip\r\n"));
  CHECK(reply->headers.at("content-encoding") == "gzip");
  CHECK(reply->headers.at("vary") == "Accept-Encoding");
  CHECK(reply->headers.at("etag") == "\"letters-gzip\"");
  std::string plain;
  CHECK(decode(Coding::gzip, reply->body, 1'000'000, plain) == DecodeOutcome::ok);
  const bool is_equal = plain == letters(3);
  CHECK(is_equal);
  CHECK(client.ask(get("/source"))->headers.at("etag") == "\"letters\"");
}

TEST_CASE("a slow reader holds one piece in memory and gets them all") {
  RunningServer running;
  running.handler.source_pieces = 100;
  Client client(running.server.port());
  client.send(get("/source") + get("/fast"));
  CHECK_FALSE(client.is_ended_within(milliseconds{100}));
  const bool is_equal = client.read()->body == letters(100);
  CHECK(is_equal);
  CHECK(client.read()->body == "fast");
}

TEST_CASE("a client that goes away in the middle of a source leaves nothing behind") {
  RunningServer running;
  running.handler.source_pieces = 500;
  {
    Client client(running.server.port());
    client.send(get("/source"));
    CHECK(client.read_head()->status == 200);
  }
  Client other(running.server.port());
  CHECK(other.ask(get("/fast"))->body == "fast");
}

TEST_CASE("a file body is the file, or the part asked for, also once its name is gone") {
  const auto path = std::filesystem::temp_directory_path() /
                    ("file_body_" + std::to_string(reinterpret_cast<std::uintptr_t>(&letters)));
  std::ofstream(path, std::ios::binary) << letters(7);
  auto whole = FileBody::open(path);
  auto part = FileBody::open(path);
  REQUIRE(whole);
  REQUIRE(part);
  part->narrow(99'999, 2);
  std::filesystem::remove(path);
  CHECK(*whole->size() == 700'000);
  CHECK(*part->size() == 2);
  CHECK(part->file_bytes() == 700'000);
  CHECK(rest_of(*part) == "ab");
  const bool is_equal = rest_of(*whole) == letters(7);
  CHECK(is_equal);
  CHECK(FileBody::open(path) == nullptr);
  CHECK(FileBody::open(std::filesystem::temp_directory_path()) == nullptr);
}
