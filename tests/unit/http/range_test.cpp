// https://www.rfc-editor.org/rfc/rfc9110#section-14.1.2
#include <doctest/doctest.h>

#include <string>

#include "src/http/range.h"

using server::http::parse_range;

namespace {

std::string range(std::string_view field, std::uint64_t size) {
  const auto found = parse_range(field, size);
  if (!found) return "whole";
  if (found->bytes == 0) return "none";
  return std::to_string(found->first) + "+" + std::to_string(found->bytes);
}

}  // namespace

TEST_CASE("a range is cut to what is there") {
  CHECK(range("bytes=0-499", 1000) == "0+500");
  CHECK(range("bytes=500-", 1000) == "500+500");
  CHECK(range("bytes=999-2000", 1000) == "999+1");
  CHECK(range("bytes=-300", 1000) == "700+300");
  CHECK(range("bytes=-3000", 1000) == "0+1000");
  CHECK(range("Bytes=0-0", 1000) == "0+1");
  CHECK(range("bytes=0-99999999999999999999999", 1000) == "0+1000");
}

TEST_CASE("a range behind the end, or of nothing, cannot be satisfied") {
  CHECK(range("bytes=1000-", 1000) == "none");
  CHECK(range("bytes=99999999999999999999999-", 1000) == "none");
  CHECK(range("bytes=-0", 1000) == "none");
  CHECK(range("bytes=0-", 0) == "none");
  CHECK(range("bytes=-5", 0) == "none");
}

TEST_CASE("what is no range, or is several, is passed over") {
  for (const char* field : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-1", "bytes=1",
                            "lines=0-1", "bytes=0-1,5-6", "bytes=--1", "bytes=1-2-3", "bytes=+1-2"})
    CHECK(range(field, 1000) == "whole");
}
