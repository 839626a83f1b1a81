#include "src/http/compression.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <array>
#include <string>

using namespace server::http;

namespace {

std::string deflated(const std::string& plain, int window) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace

TEST_CASE("gzip is accepted by its weight, by the star, never against a zero") {
  CHECK(accepts_gzip("gzip"));
  CHECK(accepts_gzip("GZip"));
  CHECK(accepts_gzip("x-gzip"));
  CHECK(accepts_gzip("br, gzip;q=0.5"));
  CHECK(accepts_gzip("*"));
  CHECK(accepts_gzip("gzip ; Q=0.001"));
  CHECK(accepts_gzip("identity;q=0.5, gzip;q=0.5"));
  CHECK_FALSE(accepts_gzip(""));
  CHECK_FALSE(accepts_gzip("br"));
  CHECK_FALSE(accepts_gzip("gzip;q=0"));
  CHECK_FALSE(accepts_gzip("gzip;q=0.000, *"));
  CHECK_FALSE(accepts_gzip("identity, gzip;q=0.5"));
  CHECK_FALSE(accepts_gzip("*;q=0"));
  CHECK_FALSE(accepts_gzip(", ;,"));
}

TEST_CASE("content codings are known by name, one at a time") {
  CHECK(content_coding("") == Coding::identity);
  CHECK(content_coding("identity") == Coding::identity);
  CHECK(content_coding("GZIP") == Coding::gzip);
  CHECK(content_coding("deflate") == Coding::deflate);
  CHECK_FALSE(content_coding("br"));
  CHECK_FALSE(content_coding("gzip, deflate"));
}

TEST_CASE("what gzip packs, decode unpacks") {
  for (const std::size_t size : {0UL, 1UL, 1000UL, 16'384UL, 1'000'000UL}) {
    std::string plain(size, 'a');
    for (std::size_t i = 0; i < size; i += 7) plain[i] = static_cast<char>('a' + i % 26);
    std::string out;
    REQUIRE(decode(Coding::gzip, gzip(plain), size, out) == DecodeOutcome::ok);
    CHECK((out == plain));
  }
}

TEST_CASE("deflate is read with and without its zlib wrapper") {
  const std::string plain = "hello hello hello";
  std::string out;
  CHECK(decode(Coding::deflate, deflated(plain, 15), 100, out) == DecodeOutcome::ok);
  CHECK(out == plain);
  CHECK(decode(Coding::deflate, deflated(plain, -15), 100, out) == DecodeOutcome::ok);
  CHECK(out == plain);
}

TEST_CASE("a gzip file of several members is one body") {
  std::string out;
  CHECK(decode(Coding::gzip, gzip("ab") + gzip("cd"), 100, out) == DecodeOutcome::ok);
  CHECK(out == "abcd");
  CHECK(decode(Coding::gzip, gzip("ab") + "garbage", 100, out) == DecodeOutcome::bad_data);
}

TEST_CASE("one byte above the limit is too large, the limit is not") {
  const std::string plain(1000, 'x');
  std::string out;
  CHECK(decode(Coding::gzip, gzip(plain), 1000, out) == DecodeOutcome::ok);
  CHECK(decode(Coding::gzip, gzip(plain), 999, out) == DecodeOutcome::too_large);
  CHECK(decode(Coding::deflate, deflated(plain, 15), 999, out) == DecodeOutcome::too_large);
}

TEST_CASE("every cut of a packed body is bad data") {
  const auto packed = gzip("some text that is packed");
  std::string out;
  for (std::size_t size = 0; size < packed.size(); ++size) {
    CHECK(decode(Coding::gzip, packed.substr(0, size), 1000, out) == DecodeOutcome::bad_data);
  }
}

TEST_CASE("text, JSON and XML shrink, images do not") {
  CHECK(is_compressible("application/fhir+json; charset=utf-8"));
  CHECK(is_compressible("application/xml"));
  CHECK(is_compressible("text/plain"));
  CHECK(is_compressible("application/x-ndjson"));
  CHECK_FALSE(is_compressible("image/png"));
  CHECK_FALSE(is_compressible(""));
}
