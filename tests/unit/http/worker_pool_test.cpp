#include "src/http/worker_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "unit/http/running_server.h"

using server::http::Work;
using server::http::WorkerPool;

namespace {

struct Counted final : Work {
  std::atomic<int>& done;
  http_test::Gate& gate;
  Counted(std::atomic<int>& count, http_test::Gate& first) : done(count), gate(first) {}
  void run_on_worker() override {
    gate.pass();
    ++done;
  }
};

}  // namespace

TEST_CASE("a batch handed over at once is done by several threads") {
  std::atomic<int> done{0};
  http_test::Gate gate;
  WorkerPool pool(10, [](std::size_t) {});
  pool.start(3);
  std::vector<std::shared_ptr<Work>> items(3);
  for (auto& item : items) item = std::make_shared<Counted>(done, gate);
  CHECK(pool.submit(items) == 3);
  CHECK(gate.is_reached_by(3));
  gate.open();
  pool.stop();
  CHECK(done == 3);
}

TEST_CASE("the queue takes what it has room for and nothing once stopped") {
  std::atomic<int> done{0};
  http_test::Gate gate;
  std::atomic<std::size_t> depth{0};
  WorkerPool pool(2, [&depth](std::size_t waiting) { depth = waiting; });
  pool.start(1);
  std::vector<std::shared_ptr<Work>> items(1, std::make_shared<Counted>(done, gate));
  CHECK(pool.submit(items) == 1);
  CHECK(gate.is_reached_by(1));
  items.assign(5, items[0]);
  CHECK(pool.submit(items) == 2);
  CHECK(depth == 2);
  CHECK(pool.submit(items) == 0);
  std::thread stopper([&pool] { pool.stop(); });
  while (depth != 0) std::this_thread::yield();
  gate.open();
  stopper.join();
  CHECK(done == 1);
  CHECK(pool.submit(items) == 0);
}
