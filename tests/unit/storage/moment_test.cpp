// A search of a moment finds what there was then, however much is written, and no reader is held.
#include <doctest/doctest.h>

#include <map>

#include "tests/unit/storage/random_world.h"

using namespace storage_test;

namespace {

struct World {
  explicit World(unsigned seed) : random(seed) {
    auto options = options_for(folder);
    options.now_ms = [this] { return ++now; };
    store = open_store(options);
  }

  void put_all(const std::string& type, int count, const std::string& text) {
    std::vector<Write> batch;
    for (int at = 0; at < count; ++at)
      batch.push_back(put(type, "r" + std::to_string(at), {}, text));
    REQUIRE(store->write(std::move(batch)));
  }

  /// Type, id and version of all that a search finds, page by page; `between` runs after each.
  std::vector<std::string> all(search::Query query, const std::function<void()>& between) {
    std::vector<std::string> found;
    do {
      const Page page = search_page(*store, query);
      for (const auto& entry : page.entries)
        found.push_back(entry.version.type + "/" + entry.version.id + "/" +
                        std::to_string(entry.version.version_id));
      query.cursor = page.next_cursor;
      between();
    } while (!query.cursor.empty());
    return found;
  }

  std::uintmax_t log_bytes() const {
    return std::filesystem::file_size(folder.path() / "medisync.db-wal");
  }

  Folder folder;
  std::atomic<std::int64_t> now = 1'000;
  std::unique_ptr<Store> store;
  RandomWorld random;
};

search::Query query_then(const std::string& type, const Moment& moment) {
  search::Query query = query_of(type);
  query.moment = moment.text;
  query.count = 100;
  query.index_of = [](std::string_view) {
    return fhir::Result<search::IndexRows>(search::IndexRows{});
  };
  return query;
}

Moment moment_of(Store& store) {
  auto moment = reader_of(store)->moment();
  REQUIRE(moment);
  return *std::move(moment);
}

Write erase(const std::string& type, const std::string& id, WriteMethod method) {
  Write write;
  write.method = method;
  write.type = type;
  write.id = id;
  return write;
}

const auto k_nothing = [] {};

}  // namespace

TEST_CASE("a search of a moment finds what matched then, in every page and from the first one on") {
  World world(31);
  std::map<std::string, search::IndexRows> rows;
  const auto write = [&](int count) {
    for (; count > 0; --count) {
      Resource one = world.random.resource();
      const bool is_removal = world.random.chance(20);
      auto outcome = write_one(
          *world.store, is_removal ? remove(one.type, one.id) : put(one.type, one.id, one.rows));
      REQUIRE(outcome);
      if (!is_removal) rows[outcome->written[0].body] = one.rows;
    }
  };
  write(200);
  for (int at = 0; at < 60; ++at) {
    search::Query query = world.random.query();
    if (std::any_of(query.criteria.begin(), query.criteria.end(), [](const auto& criterion) {
          return criterion.chained || criterion.reverse_chained;
        }))
      continue;  // what is referred to is judged as it is now
    query.index_of = [&](std::string_view body) -> fhir::Result<search::IndexRows> {
      return rows.at(std::string(body));
    };
    query.count = 1'000;
    std::vector<std::string> expected;
    for (const auto& entry : search_page(*world.store, query).entries)
      expected.push_back(entry.version.type + "/" + entry.version.id + "/" +
                         std::to_string(entry.version.version_id));
    query.moment = moment_of(*world.store).text;
    query.count = static_cast<std::uint32_t>(1 + world.random.below(6));
    write(1 + world.random.below(20));
    CAPTURE(at);
    CHECK(world.all(std::move(query), [&] { write(world.random.below(8)); }) == expected);
  }
}

TEST_CASE("more changes than one page can look at are found by several") {
  World world(3);
  constexpr int k_many = 12'000;
  world.put_all("Patient", k_many, "then");
  const Moment moment = moment_of(*world.store);
  CHECK(moment.newest_ms == world.now);
  world.put_all("Patient", k_many, "now");
  world.put_all("Patient", k_many, "later");
  const auto found = world.all(query_then("Patient", moment), k_nothing);
  REQUIRE(found.size() == k_many);
  for (int at = 0; at < k_many; ++at)
    REQUIRE(found[static_cast<std::size_t>(at)] == "Patient/r" + std::to_string(at) + "/1");
}

TEST_CASE("what is erased since is left out, and nothing newer stands for it") {
  World world(4);
  world.put_all("Patient", 4, "then");
  world.put_all("Patient", 4, "still then");
  const Moment moment = moment_of(*world.store);
  world.put_all("Patient", 4, "now");
  REQUIRE(write_one(*world.store, erase("Patient", "r1", WriteMethod::erase_history)));
  REQUIRE(write_one(*world.store, erase("Patient", "r3", WriteMethod::erase)));
  // Numbers of what was erased are not given again: this, too, has changed since.
  world.put_all("Patient", 1, "later");
  REQUIRE(write_one(*world.store, put("Patient", "r3", {}, "again")));
  REQUIRE(write_one(*world.store, put("Patient", "new", {}, "new")));
  const auto found = world.all(query_then("Patient", moment), k_nothing);
  CHECK(found == std::vector<std::string>{"Patient/r0/2", "Patient/r2/2"});
}

TEST_CASE("numbers of superseded versions are not given again once the newest are erased") {
  World world(5);
  world.put_all("Patient", 3, "one");
  world.put_all("Patient", 3, "two");
  const Moment moment = moment_of(*world.store);
  REQUIRE(write_one(*world.store, erase("Patient", "r2", WriteMethod::erase_history)));
  REQUIRE(write_one(*world.store, erase("Patient", "r1", WriteMethod::erase_history)));
  world.put_all("Patient", 3, "three");
  const auto found = world.all(query_then("Patient", moment), k_nothing);
  CHECK(found == std::vector<std::string>{"Patient/r0/2", "Patient/r1/2", "Patient/r2/2"});
}

TEST_CASE("the log does not grow with what is written while the pages of a moment are read") {
  World world(6);
  world.put_all("Patient", 2'000, std::string(500, 'a'));
  const Moment moment = moment_of(*world.store);
  std::uintmax_t longest = 0;
  std::size_t rounds = 0;
  const auto found = world.all(query_then("Patient", moment), [&] {
    std::string text;  // that hardly packs
    for (int at = 0; at < 4'000; ++at) text += static_cast<char>('!' + world.random.below(90));
    std::erase_if(text, [](char c) { return c == '"' || c == '\\'; });
    world.put_all("Basic", 1'000, text);
    longest = std::max(longest, world.log_bytes());
    ++rounds;
  });
  CHECK(found.size() == 2'000);
  CHECK(rounds >= 20);
  // Each round writes some megabytes.
  CHECK(longest < (std::uintmax_t{64} << 20));
}

TEST_CASE("a moment is of one store, and takes no sort") {
  World world(7);
  World other(8);
  search::Query query = query_then("Patient", moment_of(*other.store));
  CHECK_FALSE(reader_of(*world.store)->search(query));
  query = query_then("Patient", moment_of(*world.store));
  query.sort.push_back({RandomWorld::k_id, false});
  CHECK_FALSE(reader_of(*world.store)->search(query));
}
