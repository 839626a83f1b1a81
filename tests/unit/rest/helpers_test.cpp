#include "src/rest/bundle/helpers.h"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

using server::rest::Helpers;

TEST_CASE("each part is done once, whatever helps") {
  for (unsigned threads : {0u, 1u, 3u}) {
    Helpers helpers(threads);
    for (std::size_t count : {0u, 1u, 2u, 500u}) {
      std::vector<std::atomic<int>> done(count);
      helpers.run(count, [&](std::size_t at) { ++done[at]; });
      for (const auto& times : done) CHECK(times == 1);
    }
  }
}

TEST_CASE("requests that all ask for help at once, and within parts, come to their ends") {
  Helpers helpers(2);
  std::atomic<int> done = 0;
  std::vector<std::thread> requests;
  for (int i = 0; i < 8; ++i) {
    requests.emplace_back([&] {
      helpers.run(10, [&](std::size_t) { helpers.run(5, [&](std::size_t) { ++done; }); });
    });
  }
  for (std::thread& request : requests) request.join();
  CHECK(done == 8 * 10 * 5);
}

TEST_CASE("what a part throws comes to who asked, after all parts have ended") {
  Helpers helpers(2);
  std::atomic<int> done = 0;
  const auto part = [&](std::size_t at) {
    if (at == 3) throw std::runtime_error("part");
    ++done;
  };
  CHECK_THROWS_AS(helpers.run(20, part), std::runtime_error);
  CHECK(done == 19);
}
