// The full text index follows what is committed, and nothing else.
// https://hl7.org/fhir/R4/search.html#text
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "src/storage/sqlite/connection.h"
#include "tests/unit/storage/fixture.h"

using namespace storage_test;

namespace {

search::Query content(const std::string& word) {
  static const auto* parameter = storage_test::parameter("_content", SearchParameterType::special);
  search::Query query = query_of("Patient");
  query.criteria.push_back(criterion(parameter, {text(word, word)}));
  query.is_full_text = true;
  return query;
}

Write saying(const std::string& id, const std::string& words) {
  Write write = put("Patient", id);
  write.body.tail = R"("},"note":")" + words + "\"}";
  return write;
}

/// Written only when no resource has the word.
Write unless_known(const std::string& id, const std::string& word) {
  Write write = saying(id, word);
  write.precondition.must_match_none = std::make_shared<search::Query>(content(word));
  return write;
}

}  // namespace

TEST_CASE("searches that wait for the index to be built leave readers to others") {
  Folder folder;
  auto store = open_store(options_for(folder));  // of four readers
  constexpr int k_resources = 6000;
  std::vector<Write> batch;
  std::string words;
  for (int at = 0; at < 200; ++at) words += " word" + std::to_string(at);
  for (int at = 0; at < k_resources; ++at) {
    batch.push_back(saying(std::to_string(at), "common" + words));
  }
  REQUIRE(store->write(std::move(batch)));
  std::atomic<int> answered = 0, refused = 0;
  std::vector<std::thread> searches;
  for (int thread = 0; thread < 4; ++thread) {
    searches.emplace_back([&] {
      const auto found = reader_of(*store)->count(content("common"));
      if (found) CHECK(*found == k_resources);
      if (!found) CHECK(found.error().type == fhir::IssueType::transient);
      found ? ++answered : ++refused;
    });
  }
  for (std::thread& search : searches) search.join();
  CHECK(answered >= 1);
  CHECK(refused >= 1);
}

TEST_CASE("words of versions that are no more are in the index no more") {
  Folder folder;
  {
    auto store = open_store(options_for(folder));
    const auto index = [&] { REQUIRE(search_ids(*store, content("nothing")).empty()); };
    const auto change = [&](WriteMethod method, const std::string& id) {
      Write write;
      write.method = method;
      write.type = "Patient";
      write.id = id;
      REQUIRE(write_one(*store, std::move(write)));
    };
    REQUIRE(write_one(*store, saying("kept", "before")));
    for (const std::string id : {"a", "b", "c", "d", "e"})
      REQUIRE(write_one(*store, saying(id, "first")));
    index();
    for (const std::string id : {"kept", "a", "b", "c", "d"})
      REQUIRE(write_one(*store, saying(id, "second")));
    change(WriteMethod::erase, "a");          // while the second version waits to be indexed
    change(WriteMethod::erase_history, "b");  // likewise
    index();
    REQUIRE(write_one(*store, saying("b", "third")));
    change(WriteMethod::erase, "c");
    change(WriteMethod::delete_, "d");
    change(WriteMethod::erase, "d");
    change(WriteMethod::delete_, "e");
    index();
    CHECK(search_ids(*store, content("second")) == std::vector<std::string>{"kept"});
    CHECK(search_ids(*store, content("third")) == std::vector<std::string>{"b"});
  }
  auto connection = sqlite::Connection::open(folder.path() / "medisync.db",
                                             sqlite::Connection::Access::read_write);
  REQUIRE(connection);
  REQUIRE((*connection)
              ->execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, full_text, "
                        "row)"));
  const auto of = [&](const std::string& word) {
    return *(*connection)->integer("SELECT doc FROM words WHERE term = '" + word + "'");
  };
  CHECK(of("before") == 0);
  CHECK(of("first") == 0);
  CHECK(of("second") == 1);
  CHECK(of("third") == 1);
}

TEST_CASE("a batch that fails leaves the words of all others to be indexed") {
  Folder folder;
  auto store = open_store(options_for(folder));
  REQUIRE(write_one(*store, saying("old", "ancient")));
  std::vector<Write> batch;
  batch.push_back(saying("a", "same"));
  batch.push_back(unless_known("b", "same"));
  CHECK_FALSE(store->write(std::move(batch)));
  CHECK(search_ids(*store, content("ancient")) == std::vector<std::string>{"old"});
  CHECK(search_ids(*store, content("same")).empty());

  REQUIRE(write_one(*store, saying("new", "recent")));
  std::vector<Write> again;
  again.push_back(saying("a", "same"));
  again.push_back(unless_known("b", "same"));
  CHECK_FALSE(store->write(std::move(again)));
  CHECK(search_ids(*store, content("recent")) == std::vector<std::string>{"new"});
}
