// Criteria on many resources at once: src/search/resource_set.h.
#include <doctest/doctest.h>

#include <limits>

#include "src/search/resource_set.h"
#include "src/storage/sql/number_list.h"
#include "tests/unit/storage/random_world.h"

using namespace storage_test;
using Ids = std::vector<std::string>;

namespace {

const auto* const k_subject = RandomWorld::k_subject;

Write about(const std::string& id, const std::string& subject) {
  search::IndexRows rows;
  if (!subject.empty()) rows.references.push_back({k_subject, "Patient", subject});
  return put("Observation", id, rows);
}

/// What refers to a resource of the set, but for `except`; or, negated, what refers to none.
Ids found(Store& store, std::shared_ptr<const search::ResourceSet> set, bool negated = false,
          const std::string& except = "") {
  search::Criterion one;
  one.parameter = k_subject;
  one.set = std::move(set);
  if (!except.empty()) {
    one.alternatives.emplace_back();
    one.alternatives.back().type = "Patient";
    one.alternatives.back().id = except;
  }
  search::Query query = query_of("Observation");
  if (negated) {
    search::Criterion none;
    none.combination = search::Combination::negation;
    none.parts.push_back(std::move(one));
    query.criteria.push_back(std::move(none));
  } else {
    query.criteria.push_back(std::move(one));
  }
  Ids ids = search_ids(store, query);
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::shared_ptr<const search::ResourceSet> patients(Ids ids, search::Side side) {
  return std::make_shared<const search::ResourceSet>("Patient", std::move(ids), side);
}

}  // namespace

TEST_CASE("a list of numbers knows its numbers, whatever their order and sign") {
  const std::vector<std::int64_t> numbers = {
      7, -3, 0, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min(),
      7};
  const std::string list = server::storage::sql::number_list(numbers);
  for (const std::int64_t number : numbers) CHECK(server::storage::sql::is_listed(list, number));
  for (const std::int64_t number : {-4, -1, 1, 6, 8})
    CHECK_FALSE(server::storage::sql::is_listed(list, number));
  CHECK_FALSE(server::storage::sql::is_listed(server::storage::sql::number_list({}), 0));
}

TEST_CASE("what refers to one of many resources is found, and what refers to none of them") {
  Folder folder;
  auto store = open_store(options_for(folder));
  Ids many;
  for (int i = 0; i < 300; ++i) many.push_back("p" + std::to_string(i));
  for (const std::string patient : {"p0", "p7", "p299", "q1", "q2"}) {
    REQUIRE(write_one(*store, put("Patient", patient, {})));
    REQUIRE(write_one(*store, about("of-" + patient, patient)));
  }
  REQUIRE(write_one(*store, about("of-none", "")));
  const auto inside = patients(many, search::Side::inside);
  CHECK(found(*store, inside) == Ids{"of-p0", "of-p299", "of-p7"});
  CHECK(found(*store, inside, false, "p7") == Ids{"of-p0", "of-p299"});
  CHECK(found(*store, inside, true) == Ids{"of-none", "of-q1", "of-q2"});
  const auto outside = patients(many, search::Side::outside);
  CHECK(found(*store, outside) == Ids{"of-q1", "of-q2"});
  CHECK(found(*store, outside, false, "q1") == Ids{"of-q2"});
}

TEST_CASE("a set holds who comes into the store only after it was made") {
  Folder folder;
  auto store = open_store(options_for(folder));
  const auto set = patients({"late", "later"}, search::Side::inside);
  CHECK(found(*store, set).empty());
  REQUIRE(write_one(*store, about("of-late", "late")));
  CHECK(found(*store, set) == Ids{"of-late"});
  REQUIRE(write_one(*store, about("of-later", "later")));
  CHECK(found(*store, set) == Ids{"of-late", "of-later"});
}
