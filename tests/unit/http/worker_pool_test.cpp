#include "src/http/worker_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "unit/http/client.h"
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
  pool.start(3, 3);
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
  pool.start(1, 1);
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

namespace {

/// Passes the gate as something that only waits, or not.
struct Waiting final : Work {
  std::atomic<int>& done;
  http_test::Gate& gate;
  bool says_so;
  Waiting(std::atomic<int>& count, http_test::Gate& first, bool tells)
      : done(count), gate(first), says_so(tells) {}
  void run_on_worker() override {
    if (says_so) WorkerPool::this_thread_waits();
    gate.pass();
    if (says_so) WorkerPool::this_thread_goes_on();
    ++done;
  }
};

}  // namespace

TEST_CASE("a worker that only waits lets another run, one that works does not") {
  for (bool says_so : {true, false}) {
    std::atomic<int> done{0};
    http_test::Gate gate;
    WorkerPool pool(10, [](std::size_t) {});
    pool.start(3, 1);
    std::vector<std::shared_ptr<Work>> items(3);
    for (auto& item : items) item = std::make_shared<Waiting>(done, gate, says_so);
    CHECK(pool.submit(items) == 3);
    CHECK(gate.is_reached_by(says_so ? 3 : 1));
    if (!says_so) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      CHECK(gate.reached() == 1);
    }
    gate.open();
    while (done != 3) std::this_thread::yield();
    pool.stop();
  }
}

TEST_CASE("a trial is answered at once, or by a worker with all the time there is") {
  http_test::RunningServer running;
  http_test::Client client(running.server.port());
  CHECK(client.ask(http_test::get("/tried"))->body == "tried");
  CHECK(running.handler.handled == 1);
  CHECK(client.ask(http_test::get("/tried-in-vain"))->body == "worker");
  CHECK(running.handler.handled == 3);
  CHECK(running.metrics.text().find("status=\"5xx\"") == std::string::npos);
}
