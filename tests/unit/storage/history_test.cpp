// https://hl7.org/fhir/R4/http.html#history
#include <doctest/doctest.h>

#include "tests/unit/storage/fixture.h"

using namespace storage_test;

namespace {

struct World {
  Folder folder;
  std::shared_ptr<std::atomic<std::int64_t>> now = std::make_shared<std::atomic<std::int64_t>>(0);
  std::unique_ptr<Store> store;

  World() {
    auto options = options_for(folder);
    options.now_ms = [now = now] { return now->load(); };
    store = open_store(options);
    at(100, put("Patient", "a"));
    at(200, put("Patient", "b"));
    at(300, put("Patient", "a"));
    at(400, remove("Patient", "a"));
    at(500, put("Group", "g"));
    at(600, put("Patient", "a"));
  }
  void at(std::int64_t time, Write write) {
    *now = time;
    REQUIRE(write_one(*store, std::move(write)));
  }
  HistoryPage page(const HistoryRequest& request) {
    auto page = reader_of(*store)->history(request);
    REQUIRE(page);
    return *std::move(page);
  }
};

std::vector<std::string> names(const HistoryPage& page) {
  std::vector<std::string> names;
  for (const Version& version : page.versions) {
    names.push_back(version.id + std::to_string(version.version_id) + (version.deleted ? "-" : ""));
  }
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the history of an instance is all its versions, newest first, deletions among them") {
  World world;
  const HistoryPage page = world.page({"Patient", "a"});
  CHECK(names(page) == Names{"a4", "a3-", "a2", "a1"});
  CHECK(page.total == 4);
  CHECK(page.versions[1].body.empty());
  CHECK(page.versions[1].method == WriteMethod::delete_);
  CHECK(page.versions[3].body.find(R"("versionId":"1")") != std::string::npos);
}

TEST_CASE("the history of a type and of the system go over all resources") {
  World world;
  CHECK(names(world.page({"Patient", ""})) == Names{"a4", "a3-", "a2", "b1", "a1"});
  CHECK(names(world.page({"", ""})) == Names{"a4", "g1", "a3-", "a2", "b1", "a1"});
  CHECK(world.page({"", ""}).total == 6);
  CHECK(world.page({"Device", ""}).total == 0);
}

TEST_CASE("the history of what never existed is not found") {
  World world;
  auto reader = reader_of(*world.store);
  CHECK(reader->history({"Patient", "z"}).error().type == fhir::IssueType::not_found);
  CHECK(reader->history({"Device", "z"}).error().type == fhir::IssueType::not_found);
}

TEST_CASE("history pages hold every version once, even within one millisecond") {
  World world;
  std::vector<Write> batch;
  for (int at = 0; at < 20; ++at) batch.push_back(put("Patient", "x" + std::to_string(at % 3)));
  *world.now = 700;
  REQUIRE(world.store->write(std::move(batch)));
  for (const char* type : {"Patient", ""}) {
    HistoryRequest request{type, ""};
    request.count = 4;
    Names seen;
    do {
      const HistoryPage page = world.page(request);
      for (auto& name : names(page)) seen.push_back(std::move(name));
      request.cursor = page.next_cursor;
    } while (!request.cursor.empty());
    CHECK(seen.size() == (request.type.empty() ? 26 : 25));
    std::sort(seen.begin(), seen.end());
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  }
}

TEST_CASE("_since keeps what came at or after it, _at what was current then") {
  World world;
  HistoryRequest since{"Patient", ""};
  since.since = 300;
  CHECK(names(world.page(since)) == Names{"a4", "a3-", "a2"});
  CHECK(world.page(since).total == 3);
  HistoryRequest at{"Patient", ""};
  at.at = 350;
  CHECK(names(world.page(at)) == Names{"a2", "b1"});
  at.at = 450;
  CHECK(names(world.page(at)) == Names{"a3-", "b1"});
  at.at = 50;
  CHECK(names(world.page(at)).empty());
}

TEST_CASE("history pages are of the moment of the first one, whatever is written meanwhile") {
  // Also within the millisecond of the newest version, and where _at is yet to come.
  for (const std::int64_t later : {600, 601, 700}) {
    for (const bool oldest_first : {false, true}) {
      for (const std::optional<std::int64_t> at :
           {std::optional<std::int64_t>(), std::optional<std::int64_t>(5'000)}) {
        for (const char* id : {"", "a"}) {
          World world;
          HistoryRequest request{"Patient", id};
          request.oldest_first = oldest_first;
          request.at = at;
          request.count = 100;
          const Names before = names(world.page(request));
          request.count = 1;
          Names seen;
          for (int number = 0; number < 20; ++number) {
            const HistoryPage page = world.page(request);
            for (auto& name : names(page)) seen.push_back(std::move(name));
            CHECK(page.total == before.size());
            request.cursor = page.next_cursor;
            if (request.cursor.empty()) break;
            world.at(later, number % 2 == 0 ? remove("Patient", "b") : put("Patient", "b"));
            world.at(later, number % 2 == 0 ? put("Patient", "a") : remove("Patient", "a"));
            world.at(later, put("Patient", "new" + std::to_string(number)));
          }
          CHECK(seen == before);
        }
      }
    }
  }
}

TEST_CASE("a history cursor of another request is refused") {
  World world;
  HistoryRequest request{"Patient", "a"};
  request.count = 1;
  const std::string cursor = world.page(request).next_cursor;
  REQUIRE_FALSE(cursor.empty());
  HistoryRequest other{"Patient", "b"};
  other.cursor = cursor;
  CHECK(reader_of(*world.store)->history(other).error().type == fhir::IssueType::invalid);
  other.cursor = "%%%";
  CHECK(reader_of(*world.store)->history(other).error().type == fhir::IssueType::invalid);
}
