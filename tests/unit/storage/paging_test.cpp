// The pages of a search are those of one moment, whatever is written between them.
#include <doctest/doctest.h>

#include "tests/unit/storage/random_world.h"

using namespace storage_test;

namespace {

bool is_chained(const search::Query& query) {
  for (const search::Criterion& criterion : query.criteria)
    if (criterion.chained || criterion.reverse_chained) return true;
  return false;
}

/// A store that is written by chance, and the rows of every body that it ever had.
struct World {
  explicit World(unsigned seed) : random(seed) {
    auto options = options_for(folder);
    options.now_ms = [this] { return ++now; };
    store = open_store(options);
  }

  void write(int resources) {
    for (; resources > 0; --resources) {
      Resource one = random.resource();
      const bool is_removal = random.chance(20);
      auto outcome = write_one(
          *store, is_removal ? remove(one.type, one.id) : put(one.type, one.id, one.rows));
      REQUIRE(outcome);
      if (!is_removal) rows[outcome->written[0].body] = one.rows;
    }
  }

  /// Type and id of each entry, and its version.
  void add(std::vector<std::string>& found, const Page& page) {
    for (const auto& entry : page.entries)
      found.push_back(entry.version.type + "/" + entry.version.id + "/" +
                      std::to_string(entry.version.version_id));
  }

  Folder folder;
  std::atomic<std::int64_t> now = 1'000;
  std::unique_ptr<Store> store;
  RandomWorld random;
  std::map<std::string, search::IndexRows> rows;
};

}  // namespace

TEST_CASE("pages hold what matched at the first page, in its order, however much is written") {
  const fhir::SearchParameter* const keys[] = {
      RandomWorld::k_code,   RandomWorld::k_name,        RandomWorld::k_date,
      RandomWorld::k_number, RandomWorld::k_quantity,    RandomWorld::k_url,
      RandomWorld::k_id,     RandomWorld::k_last_updated};
  World world(21);
  world.write(200);
  int pages = 0;
  for (int at = 0; at < 150; ++at) {
    search::Query query = world.random.query();
    if (is_chained(query)) continue;  // what is referred to is judged as it is now
    for (int key = world.random.below(3); key > 0; --key)
      query.sort.push_back(
          {keys[world.random.below(static_cast<int>(std::size(keys)))], world.random.chance(50)});
    query.index_of = [&](std::string_view body) -> fhir::Result<search::IndexRows> {
      return world.rows.at(std::string(body));
    };
    query.count = 1'000;
    std::vector<std::string> expected, found;
    world.add(expected, search_page(*world.store, query));
    query.count = static_cast<std::uint32_t>(1 + world.random.below(6));
    do {
      const Page page = search_page(*world.store, query);
      world.add(found, page);
      query.cursor = page.next_cursor;
      world.write(1 + world.random.below(8));
      ++pages;
    } while (!query.cursor.empty());
    CAPTURE(at);
    CHECK(found == expected);
  }
  CHECK(pages > 500);
}

TEST_CASE("a page after too many changes says that the search has to begin again") {
  World world(3);
  std::vector<Write> batch;
  for (int at = 0; at < 6'000; ++at) batch.push_back(put("Patient", "p" + std::to_string(at)));
  REQUIRE(world.store->write(std::move(batch)));
  search::Query query = query_of("Patient");
  query.sort.push_back({RandomWorld::k_id, false});
  query.count = 10;
  query.index_of = [](std::string_view) {
    return fhir::Result<search::IndexRows>(search::IndexRows{});
  };
  query.cursor = search_page(*world.store, query).next_cursor;
  batch.clear();
  for (int at = 0; at < 6'000; ++at)
    batch.push_back(put("Patient", "p" + std::to_string(at), {}, "changed"));
  REQUIRE(world.store->write(std::move(batch)));
  const auto page = reader_of(*world.store)->search(query);
  REQUIRE_FALSE(page);
  CHECK(page.error().type == fhir::IssueType::too_costly);
}

TEST_CASE("a version of then may be indexed by what the store has never seen") {
  World world(5);
  const auto rows = [] {
    search::IndexRows made;
    made.tokens.push_back({RandomWorld::k_code, "http://system", "a"});
    return made;
  };
  for (int at = 0; at < 6; ++at)
    REQUIRE(write_one(*world.store, put("Patient", "p" + std::to_string(at), rows())));
  search::Query query = query_of("Patient");
  query.criteria.push_back(criterion(RandomWorld::k_code, {token("a")}));
  query.count = 2;
  query.index_of = [&](std::string_view) -> fhir::Result<search::IndexRows> {
    search::IndexRows made = rows();
    made.tokens.push_back({RandomWorld::k_status, "http://unknown", "b"});
    made.texts.push_back({RandomWorld::k_code, "unknown"});
    made.references.push_back({RandomWorld::k_subject, "Device", "unknown"});
    made.references.push_back({RandomWorld::k_subject, "Device", "#unknown"});
    return made;
  };
  std::vector<std::string> found;
  world.add(found, search_page(*world.store, query));
  query.cursor = search_page(*world.store, query).next_cursor;
  REQUIRE(write_one(*world.store, put("Patient", "p3")));
  REQUIRE(write_one(*world.store, remove("Patient", "p4")));
  while (!query.cursor.empty()) {
    const Page page = search_page(*world.store, query);
    world.add(found, page);
    query.cursor = page.next_cursor;
  }
  CHECK(found == std::vector<std::string>{"Patient/p0/1", "Patient/p1/1", "Patient/p2/1",
                                          "Patient/p3/1", "Patient/p4/1", "Patient/p5/1"});
  // Nothing of it reached the store.
  CHECK(search_ids(*world.store, query_of("Device")).empty());
}
