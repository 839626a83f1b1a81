// What is stored for a body, and what is read of it: the body, to the byte.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <random>

#include "src/storage/sql/dialect.h"
#include "src/storage/sql/migrations.h"
#include "src/storage/sqlite/body_codec.h"
#include "src/storage/sqlite/connection.h"
#include "tests/unit/storage/fixture.h"

using namespace storage_test;

namespace {

std::unique_ptr<sqlite::Connection> open_file(const Folder& folder) {
  auto connection = sqlite::Connection::open(folder.path() / "medisync.db",
                                             sqlite::Connection::Access::read_write);
  REQUIRE(connection);
  return std::move(connection).value();
}

/// A file as the build before a migration left it.
void make_file_of_version(const Folder& folder, int version) {
  auto connection = open_file(folder);
  for (const sql::Migration& step : sql::migrations()) {
    if (step.version > version) break;
    REQUIRE(connection->execute(sql::sqlite_dialect().ddl(step.statements)));
  }
  REQUIRE(connection->execute("PRAGMA user_version = " + std::to_string(version)));
}

}  // namespace

TEST_CASE("a body comes back to the byte, whatever it holds") {
  Folder folder;
  open_store(options_for(folder));
  auto connection = open_file(folder);
  sqlite::BodyCodec codec;
  REQUIRE(codec.load(*connection));
  std::mt19937 random(1);
  std::vector<std::string> bodies = {"", "{}", "{\"a\":\"\xc3\xa9\"}", std::string(300'000, 'a')};
  for (std::size_t size : {1, 60, 700, 5'000}) {
    std::string& body = bodies.emplace_back("{");
    while (body.size() < size) body += static_cast<char>(random());
  }
  for (const std::string& body : bodies) {
    const std::string stored = codec.compress(body);
    CHECK(stored.size() <= body.size());
    const auto expanded = codec.expand(stored);
    REQUIRE(expanded);
    CHECK(*expanded == body);
  }
}

TEST_CASE("a damaged body is an error and no crash") {
  Folder folder;
  open_store(options_for(folder));
  auto connection = open_file(folder);
  sqlite::BodyCodec codec;
  REQUIRE(codec.load(*connection));
  const std::string body = R"({"resourceType":"Patient","name":[{"family":")" +
                           std::string(400, 'n') + R"("}],"birthDate":"1980-01-01"})";
  const std::string stored = codec.compress(body);
  REQUIRE(stored.size() < body.size());
  for (std::size_t size = 1; size < stored.size(); ++size)
    CHECK_FALSE(codec.expand(stored.substr(0, size)));
  std::mt19937 random(2);
  for (int at = 0; at < 2'000; ++at) {
    std::string damaged = stored;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
    (void)codec.expand(damaged);  // an error, or other text: never more than was announced
  }
}

TEST_CASE("a damaged size makes no room for what a block cannot hold") {
  Folder folder;
  open_store(options_for(folder));
  auto connection = open_file(folder);
  sqlite::BodyCodec codec;
  REQUIRE(codec.load(*connection));
  std::string stored = codec.compress(std::string(10'000, 'a'));
  for (int at = 1; at < 4; ++at) stored[at] = '\xff';
  stored[4] = '\x3f';
  struct rusage before {};
  struct rusage after {};
  getrusage(RUSAGE_SELF, &before);
  CHECK_FALSE(codec.expand(stored));
  getrusage(RUSAGE_SELF, &after);
  CHECK(after.ru_maxrss - before.ru_maxrss < 256 * 1024);  // KiB
  const std::string longest(300'000, 'a');  // the block that stands for most is still read
  const auto expanded = codec.expand(codec.compress(longest));
  REQUIRE(expanded);
  CHECK(*expanded == longest);
}

TEST_CASE("a file gets a dictionary once, and keeps it") {
  Folder folder;
  for (int start = 0; start < 2; ++start) {
    open_store(options_for(folder));
    auto connection = open_file(folder);
    auto count = connection->integer("SELECT count(*) FROM body_dictionary");
    REQUIRE(count);
    CHECK(*count == 1);
  }
}

TEST_CASE("bodies of the schema before dictionaries are read, updated and kept as history") {
  Folder folder;
  make_file_of_version(folder, 4);
  const std::string old = R"({"resourceType":"Patient","id":"a","meta":{"versionId":"1",)"
                          R"("lastUpdated":"1970-01-01T00:00:01.000Z"},"text":"old"})";
  REQUIRE(
      open_file(folder)->execute("INSERT INTO resource_type VALUES(1, 'Patient', 1, 1);"
                                 "INSERT INTO resource VALUES(1, 1, 'a', 1, 1000, 0, 0, CAST('" +
                                 old + "' AS BLOB))"));
  auto store = open_store(options_for(folder));
  auto read = reader_of(*store)->read("Patient", "a");
  REQUIRE(read);
  CHECK(read->body == old);
  REQUIRE(write_one(*store, put("Patient", "a", {}, "new")));
  auto version = reader_of(*store)->read_version("Patient", "a", 1);
  REQUIRE(version);
  CHECK(version->body == old);
  HistoryRequest request;
  request.type = "Patient";
  auto history = reader_of(*store)->history(request);
  REQUIRE(history);
  REQUIRE(history->versions.size() == 2);
  CHECK(history->versions[0].body.find("\"text\":\"new\"") != std::string::npos);
  CHECK(history->versions[1].body == old);
}
