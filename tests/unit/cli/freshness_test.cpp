#include "src/cli/outbound/freshness.h"

#include <doctest/doctest.h>

using server::cli::outbound::freshness;
using std::chrono::seconds;

TEST_CASE("an answer is kept as long as it says, and as we like where it says nothing") {
  CHECK_FALSE(freshness("", ""));
  CHECK_FALSE(freshness("public, must-revalidate", "7"));
  CHECK_FALSE(freshness("s-maxage=9", ""));
  CHECK(freshness("max-age=60", "") == seconds(60));
  CHECK(freshness("public,\tMax-Age=\"60\" ", "") == seconds(60));
  CHECK(freshness("max-age=60, max-age=20", "") == seconds(20));
  CHECK(freshness("max-age=60", "15") == seconds(45));
  CHECK(freshness("max-age=60", " 90 ") == seconds(0));
  CHECK(freshness("max-age=60", "soon") == seconds(60));
  CHECK(freshness("max-age=99999999999999999999", "") == seconds(365LL * 86'400));
}

TEST_CASE("what is not to be stored, or cannot be read, is not kept") {
  for (const char* text : {"no-store", "No-Cache", "max-age=60, no-store", "max-age=0",
                           "max-age=", "max-age=-1", "max-age=1.5", ",,no-store,,"})
    CHECK(freshness(text, "") == seconds(0));
}
