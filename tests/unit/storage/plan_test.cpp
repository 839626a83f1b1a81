// No statement of a search walks a whole table: asked of SQLite's own plan.
#include <doctest/doctest.h>

#include "src/storage/sql/query_builder.h"
#include "src/storage/sqlite/catalog.h"
#include "tests/unit/storage/random_world.h"

using namespace storage_test;

namespace {

/// The plan's lines that walk a table of the schema from end to end.
std::string walks(sqlite::Connection& connection, const sql::SqlText& text,
                  const std::string& statement_text) {
  auto statement = connection.statement("EXPLAIN QUERY PLAN " + statement_text);
  REQUIRE(statement);
  sqlite::Run run(**statement);
  sqlite::bind_all(*run, text.values());
  std::string found;
  while (run->step() == sqlite::Step::row) {
    const std::string line(run->bytes(3));
    const bool is_table =
        line.find("_index") != std::string::npos || line.find("resource") != std::string::npos;
    if (line.rfind("SCAN ", 0) == 0 && is_table) found += line + "\n";
  }
  return found;
}

}  // namespace

TEST_CASE("no statement of a search walks a whole table") {
  Folder folder;
  RandomWorld world(3);
  {
    auto store = open_store(options_for(folder));
    std::vector<Write> batch;
    for (int at = 0; at < 200; ++at) {
      Resource one = world.resource();
      batch.push_back(put(one.type, one.id, std::move(one.rows)));
    }
    REQUIRE(store->write(std::move(batch)));
  }
  auto connection = sqlite::Connection::open(folder.path() / "medisync.db",
                                             sqlite::Connection::Access::read_only);
  REQUIRE(connection);
  sqlite::Dictionary dictionary;
  REQUIRE(dictionary.load(**connection));
  const sqlite::Clock clock = [] { return std::int64_t{0}; };
  sqlite::SnapshotCatalog catalog(**connection, dictionary, clock);
  const fhir::SearchParameter* const keys[] = {RandomWorld::k_date, RandomWorld::k_name,
                                               RandomWorld::k_code, RandomWorld::k_last_updated,
                                               RandomWorld::k_id};
  for (int at = 0; at < 400; ++at) {
    search::Query query = world.query();
    for (int key = world.below(3); key > 0; --key) {
      query.sort.push_back(
          {keys[world.below(static_cast<int>(std::size(keys)))], world.chance(50)});
    }
    sql::QueryBuilder builder(catalog, sql::sqlite_dialect());
    REQUIRE(builder.compile(query));
    auto statements = builder.page({1000, 0, {}}, true, 21);
    REQUIRE(statements);
    auto count = builder.count();
    REQUIRE(count);
    CHECK(walks(**connection, *count, count->text()) == "");
    for (const sql::SqlText& text : *statements) {
      CAPTURE(text.text());
      CHECK(walks(**connection, text, text.text()) == "");
      CHECK(walks(**connection, text, sql::with_versions(text.text())) == "");
    }
  }
}
