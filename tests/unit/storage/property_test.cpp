// Whatever was written, changed and deleted: the store answers as one who looks at every row does.
#include <doctest/doctest.h>

#include <set>

#include "tests/unit/storage/random_world.h"

using namespace storage_test;

namespace {

/// Writes, changes and deletes; returns what is live.
std::map<std::string, Resource> fill(Store& store, RandomWorld& world, int writes) {
  std::map<std::string, Resource> live;
  for (int at = 0; at < writes; ++at) {
    std::vector<Write> batch;
    std::vector<Resource> made;
    for (int size = 1 + world.below(5); size > 0; --size) {
      Resource one = world.resource();
      const std::string key = one.type + "/" + one.id;
      if (world.chance(15)) {
        batch.push_back(remove(one.type, one.id));
        live.erase(key);
      } else {
        batch.push_back(put(one.type, one.id, one.rows));
        live[key] = one;
      }
      made.push_back(std::move(one));
    }
    auto outcome = store.write(std::move(batch));
    REQUIRE(outcome);
    for (std::size_t of = 0; of < made.size(); ++of) {
      const auto found = live.find(made[of].type + "/" + made[of].id);
      if (found != live.end() && !outcome->written[of].unchanged) {
        found->second.last_updated = outcome->written[of].last_updated;
      }
    }
  }
  return live;
}

std::set<std::string> expected_ids(const std::map<std::string, Resource>& live,
                                   const search::Query& query) {
  const Evaluator evaluator(live);
  std::set<std::string> ids;
  for (const auto& [key, resource] : live) {
    if (evaluator.matches(resource, query)) ids.insert(resource.id);
  }
  return ids;
}

/// All pages of a query; each id must come once.
std::vector<std::string> all_pages(Store& store, search::Query& query) {
  std::vector<std::string> ids;
  query.cursor.clear();
  do {
    Page page = search_page(store, query);
    for (std::string& id : ids_of(page)) ids.push_back(std::move(id));
    query.cursor = page.next_cursor;
  } while (!query.cursor.empty());
  return ids;
}

}  // namespace

TEST_CASE("random queries find what a look at every row finds") {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    Folder folder;
    auto store = open_store(options_for(folder));
    RandomWorld world(seed);
    const auto live = fill(*store, world, 120);
    auto reader = reader_of(*store);
    for (int at = 0; at < 500; ++at) {
      search::Query query = world.query();
      query.count = 1000;
      query.total = search::Total::accurate;
      auto page = reader->search(query);
      REQUIRE_MESSAGE(page.has_value(),
                      (page ? "" : page.error().diagnostics + page.error().log_detail));
      const std::vector<std::string> ids = ids_of(*page);
      CAPTURE(seed);
      CAPTURE(at);
      CHECK(std::set<std::string>(ids.begin(), ids.end()) == expected_ids(live, query));
      CHECK(ids.size() == expected_ids(live, query).size());
      CHECK(page->total == ids.size());
      CHECK(reader->count(query).value() == ids.size());
    }
  }
}

TEST_CASE("small pages in any order hold every match once") {
  Folder folder;
  auto store = open_store(options_for(folder));
  RandomWorld world(9);
  const auto live = fill(*store, world, 150);
  const fhir::SearchParameter* const keys[] = {
      RandomWorld::k_code,   RandomWorld::k_name,    RandomWorld::k_date,
      RandomWorld::k_number, RandomWorld::k_subject, RandomWorld::k_quantity,
      RandomWorld::k_url,    RandomWorld::k_id,      RandomWorld::k_last_updated};
  for (int at = 0; at < 200; ++at) {
    search::Query query = world.query();
    for (int key = world.below(3); key >= 0; --key) {
      query.sort.push_back(
          {keys[world.below(static_cast<int>(std::size(keys)))], world.chance(50)});
    }
    query.count = static_cast<std::uint32_t>(1 + world.below(7));
    const std::vector<std::string> ids = all_pages(*store, query);
    CAPTURE(at);
    const auto expected = expected_ids(live, query);
    CHECK(ids.size() == expected.size());
    CHECK(std::set<std::string>(ids.begin(), ids.end()) == expected);
  }
}

TEST_CASE("what _lastUpdated finds agrees with what was stored") {
  Folder folder;
  auto options = options_for(folder);
  auto now = std::make_shared<std::atomic<std::int64_t>>(1'000);
  options.now_ms = [now] { return ++*now; };
  auto store = open_store(options);
  RandomWorld world(5);
  const auto live = fill(*store, world, 60);
  for (int prefix = 0; prefix < 8; ++prefix) {
    for (std::int64_t low = 1'000; low < now->load() + 5; low += 7) {
      search::Query query = query_of("Observation");
      query.count = 1000;
      query.criteria.push_back(criterion(RandomWorld::k_last_updated,
                                         {span(static_cast<Prefix>(prefix), low, low + 3)}));
      const auto ids = search_ids(*store, query);
      CAPTURE(prefix);
      CAPTURE(low);
      CHECK(std::set<std::string>(ids.begin(), ids.end()) == expected_ids(live, query));
    }
  }
}
