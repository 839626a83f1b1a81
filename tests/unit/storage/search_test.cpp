// Sentences of https://hl7.org/fhir/R4/search.html on pages, order, includes and refusals.
#include <doctest/doctest.h>

#include "tests/unit/storage/random_world.h"

using namespace storage_test;
using Ids = std::vector<std::string>;

namespace {

const auto* const k_code = RandomWorld::k_code;
const auto* const k_date = RandomWorld::k_date;
const auto* const k_name = RandomWorld::k_name;
const auto* const k_subject = RandomWorld::k_subject;

Write coded(const std::string& id, const std::string& code, const std::string& subject = "") {
  search::IndexRows rows;
  rows.tokens.push_back({k_code, "urn:s", code});
  if (!subject.empty()) rows.references.push_back({k_subject, "Patient", subject});
  return put("Observation", id, rows);
}

Write dated(const std::string& id, std::vector<std::int64_t> days) {
  search::IndexRows rows;
  for (std::int64_t day : days) rows.dates.push_back({k_date, day, day + 1});
  rows.tokens.push_back({k_code, "urn:s", "dated"});
  return put("Observation", id, rows);
}

search::Query by_code(const std::string& code) {
  search::Query query = query_of("Observation");
  query.criteria.push_back(criterion(k_code, {token(code)}));
  return query;
}

search::Include include(std::string source, const fhir::SearchParameter* parameter, bool reverse,
                        bool iterate = false, std::string target = "") {
  return {std::move(source), parameter, std::move(target), iterate, reverse};
}

Ids included(const Page& page) {
  Ids ids;
  for (const auto& entry : page.entries) {
    if (!entry.is_match) ids.push_back(entry.version.type + "/" + entry.version.id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

TEST_CASE("a resource with the same code in two systems is one match") {
  Folder folder;
  auto store = open_store(options_for(folder));
  search::IndexRows rows;
  rows.tokens = {{k_code, "urn:s", "x"}, {k_code, "urn:t", "x"}, {k_code, "urn:t", "x"}};
  REQUIRE(write_one(*store, put("Observation", "o", rows)));
  CHECK(search_ids(*store, by_code("x")) == Ids{"o"});
}

TEST_CASE("an update is found by what it says now and no longer by what it said") {
  Folder folder;
  auto store = open_store(options_for(folder));
  REQUIRE(write_one(*store, coded("o", "old")));
  REQUIRE(write_one(*store, coded("o", "new")));
  CHECK(search_ids(*store, by_code("old")).empty());
  CHECK(search_ids(*store, by_code("new")) == Ids{"o"});
  REQUIRE(write_one(*store, remove("Observation", "o")));
  CHECK(search_ids(*store, by_code("new")).empty());
}

TEST_CASE("codes past what an index is asked one by one are found, counted and excluded") {
  Folder folder;
  auto store = open_store(options_for(folder));
  std::vector<Write> batch;
  std::vector<search::Operand> codes;
  for (int at = 0; at < 6000; ++at) {
    batch.push_back(coded("o" + std::to_string(at), "c" + std::to_string(at % 3000)));
    if (at < 2000) codes.push_back(token("urn:s", "c" + std::to_string(at)));
  }
  REQUIRE(store->write(std::move(batch)));
  for (const auto modifier : {search::Modifier::none, search::Modifier::not_}) {
    search::Query query = query_of("Observation");
    query.criteria.push_back(criterion(k_code, codes, modifier));
    query.criteria.back().is_expanded = true;
    query.total = search::Total::accurate;
    query.summary = search::Summary::count;
    CHECK(search_page(*store, query).total == (modifier == search::Modifier::none ? 4000 : 2000));
  }
}

TEST_CASE("a component that is a reference is found by id alone, of whatever type") {
  Folder folder;
  auto store = open_store(options_for(folder));
  const auto* const pair = parameter("relation", SearchParameterType::composite);
  const auto write = [&](const std::string& id, const std::string& target) {
    search::IndexRows rows;
    rows.composites.push_back({pair, {{"", target}, {"", "part"}}});
    REQUIRE(write_one(*store, put("Observation", id, rows)));
  };
  write("patient", "Patient/1");
  write("group", "Group/1");
  write("longer", "Patient/11");
  write("elsewhere", "http://example.org/Patient/1");
  const auto found = [&](const std::string& type, const std::string& id) {
    search::Operand operand;
    operand.parts = {reference(type, id), token("part")};
    search::Query query = query_of("Observation");
    query.criteria.push_back(criterion(pair, {operand}));
    return search_ids(*store, query);
  };
  CHECK(found("", "1") == Ids{"patient", "group"});
  CHECK(found("Group", "1") == Ids{"group"});
  CHECK(found("", "2").empty());
}

TEST_CASE("a time between two milliseconds is found by itself, and told from the millisecond") {
  Folder folder;
  auto store = open_store(options_for(folder));
  const auto write = [&](const std::string& id, std::int64_t low, std::int64_t high) {
    search::IndexRows rows;
    rows.dates.push_back({k_date, low, high});
    REQUIRE(write_one(*store, put("Observation", id, rows)));
  };
  write("exact", 500, 501);
  write("between", 500, 500);
  write("next", 501, 502);
  const auto found = [&](search::Prefix prefix, std::int64_t low, std::int64_t high) {
    search::Operand operand;
    operand.prefix = prefix;
    operand.low = low;
    operand.high = high;
    search::Query query = query_of("Observation");
    query.criteria.push_back(criterion(k_date, {operand}));
    return search_ids(*store, query);
  };
  using search::Prefix;
  CHECK(found(Prefix::eq, 501, 501) == Ids{"between"});
  CHECK(found(Prefix::ne, 501, 501) == Ids{"exact", "next"});
  CHECK(found(Prefix::ge, 501, 501) == Ids{"between", "next"});
  CHECK(found(Prefix::gt, 501, 501) == Ids{"next"});
  CHECK(found(Prefix::le, 501, 501) == Ids{"exact", "between"});
  CHECK(found(Prefix::lt, 501, 501) == Ids{"exact"});
  CHECK(found(Prefix::eb, 501, 501) == Ids{"exact"});
  CHECK(found(Prefix::sa, 501, 501) == Ids{"next"});
  CHECK(found(Prefix::eq, 500, 501) == Ids{"exact", "between"});
  CHECK(found(Prefix::gt, 500, 501) == Ids{"next"});
  CHECK(found(Prefix::po, 500, 501) == Ids{"exact", "between"});
}

TEST_CASE("pages neither repeat nor lose a resource while others write") {
  Folder folder;
  auto store = open_store(options_for(folder));
  std::vector<Write> batch;
  for (int at = 0; at < 30; ++at) batch.push_back(coded("o" + std::to_string(at), "x"));
  REQUIRE(store->write(std::move(batch)));
  search::Query query = by_code("x");
  query.count = 7;
  Ids seen;
  int round = 0;
  do {
    Page page = search_page(*store, query);
    for (auto& id : ids_of(page)) seen.push_back(std::move(id));
    query.cursor = page.next_cursor;
    // One that was seen goes, one that was seen changes, and a new one arrives.
    REQUIRE(write_one(*store, remove("Observation", "o" + std::to_string(round))));
    REQUIRE(write_one(*store, coded("o" + std::to_string(round + 3), "x")));
    REQUIRE(write_one(*store, coded("new" + std::to_string(round), "x")));
    ++round;
  } while (!query.cursor.empty());
  CHECK(seen.size() == 30);
  std::sort(seen.begin(), seen.end());
  CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
}

TEST_CASE("a page link that was tampered with, or belongs to another search, is refused") {
  Folder folder;
  auto store = open_store(options_for(folder));
  for (int at = 0; at < 3; ++at) REQUIRE(write_one(*store, coded("o" + std::to_string(at), "x")));
  search::Query query = by_code("x");
  query.count = 1;
  const std::string cursor = search_page(*store, query).next_cursor;
  REQUIRE_FALSE(cursor.empty());
  const auto refused = [&](std::string text) {
    query.cursor = std::move(text);
    auto page = reader_of(*store)->search(query);
    return !page && page.error().type == fhir::IssueType::invalid &&
           page.error().situation == fhir::Situation::malformed;
  };
  for (std::size_t at = 0; at < cursor.size(); ++at) {
    std::string changed = cursor;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    CHECK(refused(changed));
    CHECK(refused(cursor.substr(0, at) + "!"));
    if (at > 0) CHECK(refused(cursor.substr(0, at)));
  }
  query.sort.push_back({k_date, false});
  CHECK(refused(cursor));
  query.sort.clear();
  query.resource_type = "Patient";
  CHECK(refused(cursor));
}

TEST_CASE("sorting ascending goes by the least value, descending by the greatest, missing last") {
  Folder folder;
  auto store = open_store(options_for(folder));
  REQUIRE(write_one(*store, dated("none", {})));
  REQUIRE(write_one(*store, dated("wide", {1, 9})));
  REQUIRE(write_one(*store, dated("five", {5})));
  REQUIRE(write_one(*store, dated("six", {6})));
  for (const bool by_criterion : {false, true}) {
    search::Query query = by_criterion ? by_code("dated") : query_of("Observation");
    query.sort = {{k_date, false}};
    CHECK(search_ids(*store, query) == Ids{"wide", "five", "six", "none"});
    query.sort = {{k_date, true}};
    CHECK(search_ids(*store, query) == Ids{"wide", "six", "five", "none"});
  }
}

TEST_CASE("sorting by a quantity goes by the values as they were sent") {
  Folder folder;
  auto store = open_store(options_for(folder));
  const auto weighing = [](const std::string& id, double value, double in_base_units) {
    search::IndexRows rows;
    rows.quantities.push_back({RandomWorld::k_quantity, "urn:s", "x", value, value});
    rows.quantities.push_back({RandomWorld::k_quantity, std::string(search::k_canonical_units), "y",
                               in_base_units, in_base_units});
    rows.tokens.push_back({k_code, "urn:s", "weighed"});
    return put("Observation", id, rows);
  };
  REQUIRE(write_one(*store, weighing("two", 2, 2000)));
  REQUIRE(write_one(*store, weighing("one", 1, 5000)));
  REQUIRE(write_one(*store, weighing("three", 3, 0.5)));
  for (const bool by_criterion : {false, true}) {
    search::Query query = by_criterion ? by_code("weighed") : query_of("Observation");
    query.sort = {{RandomWorld::k_quantity, false}};
    CHECK(search_ids(*store, query) == Ids{"one", "two", "three"});
    query.sort = {{RandomWorld::k_quantity, true}};
    CHECK(search_ids(*store, query) == Ids{"three", "two", "one"});
  }
}

TEST_CASE("a search that asks for a count only has no entries") {
  Folder folder;
  auto store = open_store(options_for(folder));
  for (int at = 0; at < 3; ++at) REQUIRE(write_one(*store, coded("o" + std::to_string(at), "x")));
  search::Query query = by_code("x");
  query.summary = search::Summary::count;
  const Page page = search_page(*store, query);
  CHECK(page.entries.empty());
  CHECK(page.total == 3);
  query = query_of("Observation");
  query.count = 0;
  query.total = search::Total::accurate;
  CHECK(search_page(*store, query).total == 3);
  CHECK(search_page(*store, query).entries.empty());
  CHECK(search_page(*store, query_of("Nothing")).entries.empty());
}

TEST_CASE("_include adds what matches refer to, _revinclude what refers to them, each once") {
  Folder folder;
  auto store = open_store(options_for(folder));
  REQUIRE(write_one(*store, put("Patient", "p")));
  REQUIRE(write_one(*store, coded("a", "x", "p")));
  REQUIRE(write_one(*store, coded("b", "x", "p")));
  REQUIRE(write_one(*store, coded("c", "x", "absent")));
  search::Query forward = by_code("x");
  forward.includes.push_back(include("Observation", k_subject, false));
  CHECK(included(search_page(*store, forward)) == Ids{"Patient/p"});
  forward.includes[0].target_type = "Group";
  CHECK(included(search_page(*store, forward)).empty());
  forward.includes[0] = include("Observation", nullptr, false);
  CHECK(included(search_page(*store, forward)) == Ids{"Patient/p"});
  forward.includes[0] = include("Encounter", k_subject, false);
  CHECK(included(search_page(*store, forward)).empty());
  search::Query reverse = query_of("Patient");
  reverse.includes.push_back(include("Observation", k_subject, true));
  CHECK(included(search_page(*store, reverse)) == Ids{"Observation/a", "Observation/b"});
  reverse.includes[0].target_type = "Group";  // those that refer to a Group
  CHECK(included(search_page(*store, reverse)).empty());
  reverse.includes[0].target_type = "Patient";
  CHECK(included(search_page(*store, reverse)) == Ids{"Observation/a", "Observation/b"});
  reverse.includes[0] = include("Observation", nullptr, true);
  CHECK(included(search_page(*store, reverse)) == Ids{"Observation/a", "Observation/b"});
}

TEST_CASE("_include:iterate goes on from what was included and ends in a circle") {
  Folder folder;
  auto store = open_store(options_for(folder));
  static const auto* const link = parameter("link", SearchParameterType::reference);
  const auto linked = [&](const std::string& id, const std::string& to) {
    search::IndexRows rows;
    rows.references.push_back({link, "Patient", to});
    return put("Patient", id, rows);
  };
  REQUIRE(write_one(*store, linked("a", "b")));
  REQUIRE(write_one(*store, linked("b", "c")));
  REQUIRE(write_one(*store, linked("c", "a")));
  search::Query query = query_of("Patient");
  query.criteria.push_back(criterion(RandomWorld::k_id, {token("a")}));
  query.includes.push_back(include("Patient", link, false));
  CHECK(included(search_page(*store, query)) == Ids{"Patient/b"});
  query.includes[0].iterate = true;
  CHECK(included(search_page(*store, query)) == Ids{"Patient/b", "Patient/c"});
}

TEST_CASE("_include:iterate follows eight links from a match: profiles/deviations") {
  Folder folder;
  auto store = open_store(options_for(folder));
  static const auto* const link = parameter("next", SearchParameterType::reference);
  for (int at = 0; at < 10; ++at) {
    search::IndexRows rows;
    rows.references.push_back({link, "Patient", std::to_string(at + 1)});
    REQUIRE(write_one(*store, put("Patient", std::to_string(at), rows)));
  }
  search::Query query = query_of("Patient");
  query.criteria.push_back(criterion(RandomWorld::k_id, {token("0")}));
  query.includes.push_back(include("Patient", link, false, true));
  const Ids found = included(search_page(*store, query));
  CHECK(found.size() == 8);
  CHECK(found.back() == "Patient/8");
}

TEST_CASE("what is not supported is refused, not ignored") {
  Folder folder;
  auto store = open_store(options_for(folder));
  REQUIRE(write_one(*store, coded("o", "x")));
  static const auto* const shape = parameter("shape", SearchParameterType::special);
  const auto type_of = [&](const search::Query& query) {
    auto page = reader_of(*store)->search(query);
    return page ? fhir::IssueType::informational : page.error().type;
  };
  search::Query query = query_of("Observation");
  query.criteria.push_back(criterion(shape, {token("x")}));
  CHECK(type_of(query) == fhir::IssueType::not_supported);
  query.criteria.clear();
  query.criteria.push_back(criterion(k_code, {token("x")}, search::Modifier::in));
  CHECK(type_of(query) == fhir::IssueType::not_supported);
  query.criteria.clear();
  query.sort.push_back({RandomWorld::k_pair, false});
  CHECK(type_of(query) == fhir::IssueType::not_supported);
  query = query_of("Observation");
  query.criteria.push_back(criterion(k_code, std::vector<search::Operand>(501, token("x"))));
  CHECK(type_of(query) == fhir::IssueType::too_costly);
}

TEST_CASE("text that looks like SQL is only text") {
  Folder folder;
  auto store = open_store(options_for(folder));
  const std::string hostile = "'; DROP TABLE resource; --?";
  REQUIRE(write_one(*store, coded("o", hostile)));
  CHECK(search_ids(*store, by_code(hostile)) == Ids{"o"});
  search::Query query = query_of("Observation");
  query.criteria.push_back(criterion(k_name, {text(hostile, hostile)}, search::Modifier::contains));
  CHECK(search_ids(*store, query).empty());
}

TEST_CASE("a prefix ends at the last character, whatever its code point") {
  Folder folder;
  auto store = open_store(options_for(folder));
  for (const char* name : {"a\x7f", "a\xdf\xbf", "a\xef\xbf\xbf", "a\xf4\x8f\xbf\xbf", "b"}) {
    search::IndexRows rows;
    rows.strings.push_back({k_name, std::string(name) + "tail", name});
    REQUIRE(write_one(
        *store, put("Patient",
                    "p" + std::to_string(std::string(name).size()) + std::to_string(name[0] == 'b'),
                    rows)));
    search::Query query = query_of("Patient");
    query.criteria.push_back(criterion(k_name, {text(name, name)}));
    CHECK(search_ids(*store, query).size() == 1);
  }
  search::Query query = query_of("Patient");
  query.criteria.push_back(criterion(k_name, {text("a", "a")}));
  CHECK(search_ids(*store, query).size() == 4);
}

TEST_CASE("a query past its deadline ends with timeout and leaves the connection usable") {
  Folder folder;
  auto options = options_for(folder);
  options.readers = 1;
  auto store = open_store(options);
  std::vector<Write> batch;
  for (int at = 0; at < 3000; ++at) {
    search::IndexRows rows;
    rows.strings.push_back({k_name, "name" + std::to_string(at), "n"});
    rows.tokens.push_back({k_code, "", std::to_string(at)});
    batch.push_back(put("Patient", "p" + std::to_string(at), rows));
  }
  REQUIRE(store->write(std::move(batch)));
  search::Query query = query_of("Patient");
  query.criteria.push_back(criterion(k_name, {text("zz", "zz")}, search::Modifier::contains));
  {
    auto reader = store->reader(std::chrono::steady_clock::now() + std::chrono::microseconds(50));
    REQUIRE(reader);
    auto page = (*reader)->search(query);
    REQUIRE_FALSE(page);
    CHECK(page.error().type == fhir::IssueType::timeout);
    CHECK(page.error().situation == fhir::Situation::timed_out);
    auto waiting = store->reader(std::chrono::steady_clock::now() + std::chrono::milliseconds(5));
    REQUIRE_FALSE(waiting);
    CHECK(waiting.error().type == fhir::IssueType::transient);
  }
  CHECK(search_ids(*store, query).empty());
}

TEST_CASE("ap counts a tenth of the gap between now and the date") {
  Folder folder;
  auto options = options_for(folder);
  options.now_ms = [] { return std::int64_t{1'000}; };
  auto store = open_store(options);
  REQUIRE(write_one(*store, dated("near", {495})));
  REQUIRE(write_one(*store, dated("far", {400})));
  search::Query query = query_of("Observation");
  query.criteria.push_back(criterion(k_date, {span(search::Prefix::ap, 500, 510)}));
  CHECK(search_ids(*store, query) == Ids{"near"});
}

TEST_CASE("two criteria with many rows each find what both allow, page by page") {
  static const auto* subject = parameter("subject", SearchParameterType::reference, {"Patient"});
  static const auto* code = parameter("code-of-many", SearchParameterType::token);
  Folder folder;
  auto store = open_store(options_for(folder));
  std::vector<std::string> wanted;
  for (int patient = 0; patient < 5; ++patient) {
    std::vector<Write> batch;
    for (int at = 0; at < 200; ++at) {
      search::IndexRows rows;
      // The last patient's resources are among those of all others too.
      const int whose = at % 50 == 49 ? 4 : patient;
      rows.references.push_back({subject, "Patient", std::to_string(whose)});
      rows.tokens.push_back({code, "", std::to_string(at % 7)});
      const std::string id = std::to_string(patient) + "-" + std::to_string(at);
      if (whose == 2 && at % 7 == 3) wanted.push_back(id);
      batch.push_back(put("Observation", id, std::move(rows)));
    }
    REQUIRE(store->write(std::move(batch)));
  }
  for (const bool is_code_first : {false, true}) {
    search::Query query = query_of("Observation");
    query.criteria.push_back(criterion(subject, {reference("Patient", "2")}));
    query.criteria.push_back(criterion(code, {token("3")}));
    if (is_code_first) std::swap(query.criteria[0], query.criteria[1]);
    query.count = 10;
    std::vector<std::string> found;
    for (;;) {
      const Page page = search_page(*store, query);
      for (std::string& id : ids_of(page)) found.push_back(std::move(id));
      if (page.next_cursor.empty()) break;
      query.cursor = page.next_cursor;
    }
    CHECK(found == wanted);
    query.cursor.clear();
    CHECK(reader_of(*store)->count(query).value() == wanted.size());
  }
}
