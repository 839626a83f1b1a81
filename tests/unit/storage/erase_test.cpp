// What is erased is gone: version, history, index. What is indexed again is found by its new rows.
#include <doctest/doctest.h>

#include "tests/unit/storage/fixture.h"

using namespace storage_test;

namespace {

Write erase(const std::string& type, const std::string& id) {
  Write write;
  write.method = WriteMethod::erase;
  write.type = type;
  write.id = id;
  return write;
}

const fhir::SearchParameter* colour() {
  static const auto* parameter = storage_test::parameter("colour", SearchParameterType::token);
  return parameter;
}

search::IndexRows coloured(const std::string& code) {
  search::IndexRows rows;
  rows.tokens.push_back({colour(), "", code});
  return rows;
}

std::uint64_t count(Store& store, const std::string& code) {
  search::Query query = query_of("Patient");
  query.criteria.push_back(criterion(colour(), {token(code)}));
  auto found = reader_of(store)->count(query);
  REQUIRE(found);
  return *found;
}

}  // namespace

TEST_CASE("an erased resource is not found by id, version, history or search") {
  Folder folder;
  auto store = open_store(options_for(folder));
  REQUIRE(write_one(*store, put("Patient", "a", coloured("red"))));
  REQUIRE(write_one(*store, put("Patient", "a", coloured("blue"))));
  REQUIRE(write_one(*store, put("Patient", "b", coloured("blue"))));
  auto erased = write_one(*store, erase("Patient", "a"));
  REQUIRE(erased);
  CHECK(erased->written[0].erased);
  auto reader = reader_of(*store);
  CHECK(reader->read("Patient", "a").error().type == fhir::IssueType::not_found);
  CHECK(reader->read_version("Patient", "a", 1).error().type == fhir::IssueType::not_found);
  HistoryRequest history;
  history.type = "Patient";
  CHECK(reader->history(history)->versions.size() == 1);
  CHECK(count(*store, "blue") == 1);
  CHECK(store->counts() == std::vector<std::pair<std::string, std::uint64_t>>{{"Patient", 1}});
  CHECK(write_one(*store, erase("Patient", "a")).error().issue.type == fhir::IssueType::not_found);
}

TEST_CASE("an erasure of what is deleted leaves a live resource as it is") {
  Folder folder;
  auto store = open_store(options_for(folder));
  REQUIRE(write_one(*store, put("Patient", "a")));
  Write write = erase("Patient", "a");
  write.only_when_deleted = true;
  CHECK(write_one(*store, write)->written[0].unchanged);
  CHECK(reader_of(*store)->read("Patient", "a"));
  CHECK(reader_of(*store)->erasable("Patient", Erasable::deleted, 10)->empty());
  REQUIRE(write_one(*store, remove("Patient", "a")));
  CHECK(*reader_of(*store)->erasable("Patient", Erasable::deleted, 10) ==
        std::vector<std::string>{"a"});
  CHECK(*reader_of(*store)->erasable("Patient", Erasable::superseded, 10) ==
        std::vector<std::string>{"a"});
  CHECK(write_one(*store, write)->written[0].erased);
  CHECK(reader_of(*store)->erasable("Patient", Erasable::any, 10)->empty());
}

TEST_CASE("the place of an erased resource is nobody else's, though it was the last") {
  Folder folder;
  auto store = open_store(options_for(folder));
  static const auto* subject = parameter("owner", SearchParameterType::reference);
  REQUIRE(write_one(*store, put("Patient", "first")));
  REQUIRE(write_one(*store, put("Patient", "last")));
  REQUIRE(write_one(*store, erase("Patient", "last")));
  search::IndexRows rows;
  rows.references.push_back({subject, "Patient", "last"});
  REQUIRE(write_one(*store, put("Group", "g", rows)));
  REQUIRE(write_one(*store, put("Patient", "last")));
  CHECK(reader_of(*store)->read("Patient", "last")->version_id == 1);
  // Referred to, it stays as a mere identity, and is the same when it comes back.
  REQUIRE(write_one(*store, erase("Patient", "last")));
  CHECK(reader_of(*store)->read("Patient", "last").error().type == fhir::IssueType::not_found);
  CHECK(write_one(*store, put("Patient", "last"))->written[0].created);
}

TEST_CASE("what the same commit refers to keeps its identity when it is erased") {
  static const auto* owner = parameter("owner-of-erased", SearchParameterType::reference);
  Folder folder;
  auto store = open_store(options_for(folder));
  REQUIRE(write_one(*store, put("Patient", "p")));
  REQUIRE(write_one(*store, remove("Patient", "p")));
  REQUIRE(write_one(*store, put("Patient", "later")));
  search::IndexRows rows;
  rows.references.push_back({owner, "Patient", "p"});
  std::vector<Write> batch;
  batch.push_back(put("Group", "g", rows));
  batch.push_back(erase("Patient", "p"));
  REQUIRE(store->write(std::move(batch)));
  REQUIRE(write_one(*store, put("Patient", "p")));
  search::Query query = query_of("Group");
  query.criteria.push_back(criterion(owner, {reference("Patient", "p")}));
  CHECK(search_ids(*store, query) == std::vector<std::string>{"g"});
}

TEST_CASE("a reindex gives the current version new rows and no new version") {
  Folder folder;
  auto store = open_store(options_for(folder));
  REQUIRE(write_one(*store, put("Patient", "a", coloured("red"))));
  Write again = put("Patient", "a", coloured("green"));
  again.method = WriteMethod::reindex;
  again.precondition.if_match = 1;
  REQUIRE(write_one(*store, again));
  CHECK(count(*store, "red") == 0);
  CHECK(count(*store, "green") == 1);
  CHECK(reader_of(*store)->read("Patient", "a")->version_id == 1);
  // Of a version that was overtaken: what made the current one has indexed it.
  REQUIRE(write_one(*store, put("Patient", "a", coloured("blue"))));
  CHECK(write_one(*store, again)->written[0].unchanged);
  CHECK(count(*store, "green") == 0);
  CHECK(count(*store, "blue") == 1);
}

TEST_CASE("a note is what was put last, also after a restart") {
  Folder folder;
  {
    auto store = open_store(options_for(folder));
    CHECK_FALSE(reader_of(*store)->note("place")->has_value());
    REQUIRE(store->put_note("place", "1"));
    REQUIRE(store->put_note("place", "2"));
    CHECK(**reader_of(*store)->note("place") == "2");
  }
  CHECK(**reader_of(*open_store(options_for(folder)))->note("place") == "2");
}
