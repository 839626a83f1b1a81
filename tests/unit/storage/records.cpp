#include "src/storage/sqlite/records.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

using namespace server;
using security::RecordStore;

namespace {

struct Fixture {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("records-" + std::to_string(::getpid()));
  std::int64_t now = 1000;
  std::chrono::milliseconds others_seen_after{0};
  std::unique_ptr<RecordStore> store;
  Fixture() {
    std::filesystem::remove_all(folder);
    store = open();
  }
  ~Fixture() { std::filesystem::remove_all(folder); }
  std::unique_ptr<RecordStore> open() {
    storage::RecordOptions options;
    options.directory = folder;
    options.durability = storage::sqlite::Durability::off;
    options.others_seen_after = others_seen_after;
    options.now_ms = [this] { return now; };
    auto opened = storage::open_records(options);
    REQUIRE(opened);
    return *std::move(opened);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a record is read back as it was put, with its version") {
  CHECK_FALSE(store->get("user", "ada").value());
  CHECK(store->put("user", "ada", std::string("a\0b", 3), 0).value());
  const auto first = store->get("user", "ada").value();
  REQUIRE(first);
  CHECK(first->value == std::string("a\0b", 3));
  CHECK(first->version == 1);
  CHECK(store->put("user", "ada", "c", 0).value());
  CHECK(store->get("user", "ada").value()->version == 2);
  CHECK_FALSE(store->get("client", "ada").value());
}

TEST_CASE_FIXTURE(Fixture, "a put may demand the version that stands there") {
  CHECK(store->put("user", "ada", "1", 0, 0).value());
  CHECK_FALSE(store->put("user", "ada", "2", 0, 0).value());
  CHECK_FALSE(store->put("user", "ada", "2", 0, 2).value());
  CHECK(store->put("user", "ada", "2", 0, 1).value());
  CHECK_FALSE(store->put("user", "bea", "1", 0, 1).value());
  CHECK(store->get("user", "ada").value()->value == "2");
}

TEST_CASE_FIXTURE(Fixture, "a record past its expiry is not there") {
  CHECK(store->put("code", "x", "1", 1500).value());
  CHECK(store->get("code", "x").value());
  now = 1500;
  CHECK_FALSE(store->get("code", "x").value());
  CHECK_FALSE(store->take("code", "x").value());
  CHECK(store->list("code", "", 10).value().empty());
  CHECK_FALSE(store->put("code", "x", "2", 3000, 1).value());
  CHECK(store->put("code", "x", "2", 3000, 0).value());
  CHECK(store->get("code", "x").value()->version == 1);
}

TEST_CASE_FIXTURE(Fixture, "of many who take a record one gets it") {
  CHECK(store->put("code", "x", "1", 0).value());
  std::atomic<int> got = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      if (store->take("code", "x").value()) ++got;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(got == 1);
}

TEST_CASE_FIXTURE(Fixture, "records are listed by key, a part at a time") {
  for (const char* key : {"c", "a", "b"}) CHECK(store->put("user", key, key, 0).value());
  CHECK(store->put("client", "z", "z", 0).value());
  const auto all = store->list("user", "", 10).value();
  REQUIRE(all.size() == 3);
  CHECK(all[0].first == "a");
  CHECK(all[2].second.value == "c");
  const auto rest = store->list("user", "a", 1).value();
  REQUIRE(rest.size() == 1);
  CHECK(rest[0].first == "b");
  CHECK(store->remove("user", "a"));
  CHECK(store->list("user", "", 10).value().size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "what has expired is purged, and only that") {
  for (int i = 0; i < 5; ++i) CHECK(store->put("code", std::to_string(i), "", 1100 + i).value());
  CHECK(store->put("user", "ada", "", 0).value());
  now = 1103;
  CHECK(store->purge(100));
  now = 0;  // shows what is still in the file
  CHECK(store->list("code", "", 10).value().size() == 1);
  CHECK(store->get("user", "ada").value());
}

TEST_CASE_FIXTURE(Fixture, "another server over the same file sees every change at once") {
  const auto other = open();
  CHECK(store->put("user", "ada", "1", 0).value());
  CHECK(other->get("user", "ada").value()->value == "1");
  CHECK(other->put("user", "ada", "2", 0, 1).value());
  CHECK(store->get("user", "ada").value()->value == "2");
  CHECK(store->take("user", "ada").value());
  CHECK_FALSE(other->get("user", "ada").value());
}

TEST_CASE_FIXTURE(Fixture, "the revision tells of every change, and of nothing else") {
  const auto other = open();
  std::int64_t last = store->revision().value();
  CHECK(store->revision().value() == last);
  const auto has_changed = [&] {
    const std::int64_t before = std::exchange(last, store->revision().value());
    return before != last;
  };
  CHECK(store->put("user", "ada", "1", 0).value());
  CHECK(has_changed());
  CHECK(store->get("user", "ada").value());
  CHECK_FALSE(has_changed());
  CHECK(other->put("user", "ada", "2", 0).value());
  CHECK(has_changed());
  CHECK(other->remove("user", "ada"));
  CHECK(has_changed());
  CHECK_FALSE(has_changed());
}

TEST_CASE_FIXTURE(Fixture, "what is only added leaves the revision as it is") {
  others_seen_after = std::chrono::hours(1);
  const auto alone = open();
  const std::int64_t first = alone->revision().value();
  CHECK(alone->put("jti", "1", "", 5000, 0).value());
  CHECK(alone->put("user", "ada", "1", 0, 0).value());
  CHECK_FALSE(alone->put("user", "ada", "2", 0, 0).value());
  CHECK(alone->revision().value() == first);
  CHECK(alone->put("user", "ada", "2", 0, 1).value());
  CHECK(alone->revision().value() != first);
}

TEST_CASE_FIXTURE(Fixture,
                  "the own changes are told at once, those of others when it is time to look") {
  others_seen_after = std::chrono::hours(1);
  const auto patient = open();
  CHECK(patient->put("user", "ada", "1", 0).value());
  const std::int64_t first = patient->revision().value();
  CHECK(store->put("user", "ada", "2", 0).value());
  CHECK(patient->revision().value() == first);
  CHECK(patient->remove("user", "ada"));
  const std::int64_t second = patient->revision().value();
  CHECK(second != first);
  CHECK(patient->put("user", "ada", "3", 0, 0).value());
  CHECK(patient->take("user", "ada").value());
  CHECK(patient->revision().value() != second);
}

TEST_CASE_FIXTURE(Fixture, "a file that others may read is made private") {
  store.reset();
  REQUIRE(::chmod((folder / "auth.db").c_str(), 0644) == 0);
  store = open();
  struct stat status {};
  REQUIRE(::stat((folder / "auth.db").c_str(), &status) == 0);
  CHECK((status.st_mode & 077) == 0);
}

TEST_CASE_FIXTURE(Fixture, "nobody but the owner may read the file") {
  struct stat status {};
  REQUIRE(::stat((folder / "auth.db").c_str(), &status) == 0);
  CHECK((status.st_mode & 077) == 0);
}
