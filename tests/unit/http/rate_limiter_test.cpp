// https://www.rfc-editor.org/rfc/rfc6585#section-4
#include "src/http/rate_limiter.h"

#include <doctest/doctest.h>

#include <string>

#include "src/http/rate_limited.h"

using server::http::counted_address;
using server::http::RateLimiter;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr RateLimiter::Clock::duration k_none{};
const RateLimiter::Clock::time_point k_start{seconds(1000)};

/// How many of a hundred are let through at once.
int let_through(RateLimiter& limiter, std::string_view key, RateLimiter::Clock::time_point now) {
  int count = 0;
  for (int i = 0; i < 100; ++i) count += limiter.take(key, now) == k_none ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("a burst passes at once, and then as many as the rate gives back") {
  RateLimiter limiter({10, 5});
  CHECK(let_through(limiter, "a", k_start) == 5);
  CHECK(let_through(limiter, "a", k_start + milliseconds(100)) == 1);
  CHECK(let_through(limiter, "a", k_start + milliseconds(400)) == 3);
  CHECK(let_through(limiter, "a", k_start + seconds(100)) == 5);
}

TEST_CASE("who is refused learns how long to wait, and passes then") {
  RateLimiter limiter({2, 1});
  CHECK(limiter.take("a", k_start) == k_none);
  const auto wait = limiter.take("a", k_start);
  CHECK(wait == milliseconds(500));
  CHECK(limiter.take("a", k_start + wait) == k_none);
}

TEST_CASE("each key has a bucket of its own") {
  RateLimiter limiter({1, 2});
  CHECK(let_through(limiter, "a", k_start) == 2);
  CHECK(let_through(limiter, "b", k_start) == 2);
}

TEST_CASE("what is given back can be taken again") {
  RateLimiter limiter({1, 1});
  CHECK(limiter.take("a", k_start) == k_none);
  limiter.give_back("a");
  CHECK(limiter.take("a", k_start) == k_none);
  CHECK(limiter.take("a", k_start) != k_none);
  limiter.give_back("nobody");
}

TEST_CASE("without a rate everything passes") {
  RateLimiter limiter({0, 1});
  CHECK_FALSE(limiter.is_on());
  CHECK(let_through(limiter, "a", k_start) == 100);
}

TEST_CASE("more keys than there is room for share one bucket until others are full again") {
  RateLimiter limiter({1, 1}, 16);  // one for each shard
  int passed = 0;
  for (int i = 0; i < 1000; ++i)
    passed += limiter.take("key" + std::to_string(i), k_start) == k_none ? 1 : 0;
  CHECK(passed <= 32);
  CHECK(passed >= 16);
  CHECK(limiter.take("another", k_start + seconds(2)) == k_none);
}

TEST_CASE("what was taken of the bucket that keys share is given back to it") {
  RateLimiter limiter({1, 2}, 16);  // one for each shard
  for (int i = 0; i < 1000; ++i) {
    limiter.take("key" + std::to_string(i), k_start);
    limiter.take("key" + std::to_string(i), k_start);
  }
  const auto later = k_start + seconds(1);  // no bucket is full yet, and each has one
  for (int i = 0; i < 3; ++i) {
    CHECK(limiter.take("another", later) == k_none);
    limiter.give_back("another");
  }
}

TEST_CASE("of IPv6 the network is counted, of IPv4 the address") {
  CHECK(counted_address("192.0.2.7") == "192.0.2.7");
  CHECK(counted_address("::ffff:192.0.2.7") == "192.0.2.7");
  CHECK(counted_address("2001:db8:1:2:3:4:5:6") == counted_address("2001:db8:1:2::9"));
  CHECK(counted_address("2001:db8:1:2::1") != counted_address("2001:db8:1:3::1"));
  CHECK(counted_address("not an address") == "not an address");
}
