// Versions, preconditions and batches. https://hl7.org/fhir/R4/http.html
#include <doctest/doctest.h>

#include <thread>

#include "tests/unit/storage/fixture.h"

using namespace storage_test;

TEST_CASE("a created resource is read back as the exact bytes that were stored") {
  Folder folder;
  auto options = options_for(folder);
  options.now_ms = [] { return std::int64_t{1'700'000'000'123}; };
  auto store = open_store(options);
  auto outcome = write_one(*store, put("Patient", "a", {}, "hello"));
  REQUIRE(outcome);
  CHECK(outcome->written[0].version_id == 1);
  CHECK(outcome->written[0].created);
  const std::string expected =
      R"({"resourceType":"Patient","id":"a","meta":{"versionId":"1","lastUpdated":)"
      R"("2023-11-14T22:13:20.123Z"},"text":"hello"})";
  CHECK(outcome->written[0].body == expected);
  auto read = reader_of(*store)->read("Patient", "a");
  REQUIRE(read);
  CHECK(read->body == expected);
  CHECK(read->last_updated == 1'700'000'000'123);
}

TEST_CASE("an unknown type, id or version is not found") {
  Folder folder;
  auto store = open_store(options_for(folder));
  REQUIRE(write_one(*store, put("Patient", "a")));
  auto reader = reader_of(*store);
  CHECK(reader->read("Patient", "b").error().type == fhir::IssueType::not_found);
  CHECK(reader->read("Group", "a").error().type == fhir::IssueType::not_found);
  CHECK(reader->read_version("Patient", "a", 2).error().type == fhir::IssueType::not_found);
  CHECK(reader->read_version("Patient", "a", 0).error().type == fhir::IssueType::not_found);
}

TEST_CASE("a read without a reader sees what is committed now, and fails as a reader's does") {
  Folder folder;
  auto store = open_store(options_for(folder));
  CHECK(store->read("Patient", "a", soon()).error().type == fhir::IssueType::not_found);
  REQUIRE(write_one(*store, put("Patient", "a", {}, "first")));
  auto reader = reader_of(*store);
  REQUIRE(reader->read("Patient", "a"));
  REQUIRE(write_one(*store, put("Patient", "a", {}, "second")));
  auto now = store->read("Patient", "a", soon());
  REQUIRE(now);
  CHECK(now->version_id == 2);
  CHECK(now->body.find("second") != std::string::npos);
  CHECK(reader->read("Patient", "a")->version_id == 1);
  REQUIRE(write_one(*store, remove("Patient", "a")));
  CHECK(store->read("Patient", "a", soon()).error().type == fhir::IssueType::deleted);
}

TEST_CASE("the target of a reference that is not here reads as not found until it arrives") {
  Folder folder;
  auto store = open_store(options_for(folder));
  static const auto* subject = parameter("subject", SearchParameterType::reference);
  search::IndexRows rows;
  rows.references.push_back({subject, "Patient", "later"});
  REQUIRE(write_one(*store, put("Observation", "o", rows)));
  CHECK(reader_of(*store)->read("Patient", "later").error().type == fhir::IssueType::not_found);
  CHECK(reader_of(*store)->read_version("Patient", "later", 1).error().type ==
        fhir::IssueType::not_found);
  CHECK(search_ids(*store, query_of("Patient")).empty());
  auto arrived = write_one(*store, put("Patient", "later"));
  REQUIRE(arrived);
  CHECK(arrived->written[0].version_id == 1);
  CHECK(arrived->written[0].created);
  CHECK(reader_of(*store)->read("Patient", "later"));
}

TEST_CASE("every version stays readable") {
  Folder folder;
  auto store = open_store(options_for(folder));
  for (int version = 1; version <= 5; ++version) {
    auto outcome = write_one(*store, put("Patient", "a", {}, std::to_string(version)));
    REQUIRE(outcome);
    CHECK(outcome->written[0].version_id == version);
    CHECK(outcome->written[0].created == (version == 1));
  }
  auto reader = reader_of(*store);
  for (int version = 1; version <= 5; ++version) {
    auto read = reader->read_version("Patient", "a", version);
    REQUIRE(read);
    CHECK(read->body.find("\"text\":\"" + std::to_string(version) + "\"") != std::string::npos);
  }
}

TEST_CASE("a deleted resource is gone, its versions stay, and an update brings it back") {
  Folder folder;
  auto store = open_store(options_for(folder));
  REQUIRE(write_one(*store, put("Patient", "a")));
  auto deletion = write_one(*store, remove("Patient", "a"));
  REQUIRE(deletion);
  CHECK(deletion->written[0].version_id == 2);
  CHECK(reader_of(*store)->read("Patient", "a").error().type == fhir::IssueType::deleted);
  CHECK(reader_of(*store)->read_version("Patient", "a", 2).error().type ==
        fhir::IssueType::deleted);
  CHECK(reader_of(*store)->read_version("Patient", "a", 1));
  CHECK(store->counts().empty());
  auto again = write_one(*store, remove("Patient", "a"));
  REQUIRE(again);
  CHECK(again->written[0].unchanged);
  CHECK(again->written[0].version_id == 2);
  auto back = write_one(*store, put("Patient", "a"));
  REQUIRE(back);
  CHECK(back->written[0].created);
  CHECK(back->written[0].version_id == 3);
  CHECK(reader_of(*store)->read("Patient", "a"));
}

TEST_CASE("deleting what never existed changes nothing") {
  Folder folder;
  auto store = open_store(options_for(folder));
  auto outcome = write_one(*store, remove("Patient", "nobody"));
  REQUIRE(outcome);
  CHECK(outcome->written[0].unchanged);
  CHECK(outcome->written[0].version_id == 0);
}

TEST_CASE("If-Match admits the current version only") {
  Folder folder;
  auto store = open_store(options_for(folder));
  REQUIRE(write_one(*store, put("Patient", "a")));
  Write stale = put("Patient", "a");
  stale.precondition.if_match = 7;
  auto refused = write_one(*store, stale);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().issue.type == fhir::IssueType::conflict);
  CHECK(refused.error().issue.situation == fhir::Situation::precondition_failed);
  Write current = put("Patient", "a");
  current.precondition.if_match = 1;
  CHECK(write_one(*store, current)->written[0].version_id == 2);
  Write absent = put("Patient", "b");
  absent.precondition.if_match = 1;
  CHECK_FALSE(write_one(*store, absent));
}

TEST_CASE("a create with a chosen id refuses one that exists, not one that was deleted") {
  Folder folder;
  auto store = open_store(options_for(folder));
  Write create = put("Patient", "a");
  create.method = WriteMethod::create;
  create.precondition.must_not_exist = true;
  CHECK(write_one(*store, create));
  auto refused = write_one(*store, create);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().issue.situation == fhir::Situation::precondition_failed);
  REQUIRE(write_one(*store, remove("Patient", "a")));
  CHECK(write_one(*store, create));
}

TEST_CASE("a conditional create sees what its own batch wrote") {
  Folder folder;
  auto store = open_store(options_for(folder));
  static const auto* identifier = parameter("identifier", SearchParameterType::token);
  search::IndexRows rows;
  rows.tokens.push_back({identifier, "urn:new-system", "12"});
  auto query = std::make_shared<search::Query>(query_of("Patient"));
  query->criteria.push_back(criterion(identifier, {token("urn:new-system", "12")}));
  std::vector<Write> batch;
  for (const char* id : {"a", "b"}) {
    batch.push_back(put("Patient", id, rows));
    batch.back().precondition.must_match_none = query;
  }
  auto refused = store->write(batch);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().failed == 1);
  CHECK(refused.error().issue.type == fhir::IssueType::duplicate);
  CHECK(reader_of(*store)->read("Patient", "a").error().type == fhir::IssueType::not_found);
  batch.pop_back();
  CHECK(store->write(batch));
  CHECK_FALSE(store->write(batch));
}

TEST_CASE("a batch is all or nothing and tells which write failed") {
  Folder folder;
  auto store = open_store(options_for(folder));
  REQUIRE(write_one(*store, put("Patient", "a", {}, "before")));
  std::vector<Write> batch;
  batch.push_back(put("Patient", "a", {}, "after"));
  batch.push_back(put("Group", "new"));
  batch.push_back(put("Patient", "c"));
  batch.back().precondition.if_match = 9;
  auto refused = store->write(std::move(batch));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().failed == 2);
  auto read = reader_of(*store)->read("Patient", "a");
  REQUIRE(read);
  CHECK(read->version_id == 1);
  CHECK(read->body.find("before") != std::string::npos);
  CHECK(reader_of(*store)->read("Group", "new").error().type == fhir::IssueType::not_found);
  REQUIRE(store->counts().size() == 1);
  CHECK(store->counts()[0].second == 1);
  CHECK(write_one(*store, put("Group", "new")));
  CHECK(reader_of(*store)->read("Group", "new"));
}

TEST_CASE("index rows follow each batch of a shared commit, whether it holds or fails") {
  const auto* code = parameter("code", SearchParameterType::token);
  Folder folder;
  SqliteOptions options = options_for(folder);
  auto store = open_store(options);
  const auto rows = [&](const std::string& value) {
    search::IndexRows made;
    for (int at = 0; at < 30; ++at) made.tokens.push_back({code, "urn:s", value});
    return made;
  };
  constexpr int k_writers = 8, k_rounds = 40;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < k_writers; ++writer) {
    writers.emplace_back([&, writer] {
      for (int round = 0; round < k_rounds; ++round) {
        const std::string id = std::to_string(writer) + "-" + std::to_string(round);
        std::vector<Write> batch;
        batch.push_back(put("Patient", id, rows("first")));
        batch.push_back(put("Patient", id + "-b", rows("second")));
        batch.push_back(put("Patient", id, rows("changed")));
        if (round % 4 == 1) batch.back().precondition.if_match = 77;  // fails half-way
        if (round % 4 == 2) batch.push_back(remove("Patient", id + "-b"));
        CHECK(store->write(std::move(batch)).has_value() == (round % 4 != 1));
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  const auto count = [&](std::string value) {
    search::Query query = query_of("Patient");
    query.criteria.push_back(criterion(code, {token("urn:s", std::move(value))}));
    return reader_of(*store)->count(query).value();
  };
  CHECK(count("first") == 0);
  CHECK(count("changed") == k_writers * k_rounds * 3 / 4);
  CHECK(count("second") == k_writers * k_rounds / 2);
}

TEST_CASE("lastUpdated never goes back, whatever the clock does") {
  Folder folder;
  auto options = options_for(folder);
  auto now = std::make_shared<std::atomic<std::int64_t>>(5'000);
  options.now_ms = [now] { return now->load(); };
  {
    auto store = open_store(options);
    CHECK(write_one(*store, put("Patient", "a"))->written[0].last_updated == 5'000);
    *now = 4'000;
    CHECK(write_one(*store, put("Patient", "a"))->written[0].last_updated == 5'000);
  }
  auto store = open_store(options);
  CHECK(write_one(*store, put("Patient", "b"))->written[0].last_updated == 5'000);
}

TEST_CASE("counts follow creations and deletions and outlive the process") {
  Folder folder;
  const auto options = options_for(folder);
  {
    auto store = open_store(options);
    std::vector<Write> batch;
    for (int at = 0; at < 10; ++at) batch.push_back(put("Patient", "p" + std::to_string(at)));
    batch.push_back(remove("Patient", "p3"));
    batch.push_back(put("Group", "g"));
    REQUIRE(store->write(std::move(batch)));
  }
  auto store = open_store(options);
  auto counts = store->counts();
  std::sort(counts.begin(), counts.end());
  CHECK(counts == std::vector<std::pair<std::string, std::uint64_t>>{{"Group", 1}, {"Patient", 9}});
}

TEST_CASE("a reader keeps its snapshot while others write") {
  Folder folder;
  auto store = open_store(options_for(folder));
  REQUIRE(write_one(*store, put("Patient", "a")));
  auto old = reader_of(*store);
  CHECK(old->read("Patient", "a")->version_id == 1);
  REQUIRE(write_one(*store, put("Patient", "a")));
  CHECK(old->read("Patient", "a")->version_id == 1);
  CHECK(reader_of(*store)->read("Patient", "a")->version_id == 2);
}
