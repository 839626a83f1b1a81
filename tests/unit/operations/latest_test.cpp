// https://hl7.org/fhir/R4/observation-operation-lastn.html: "returns only the last N resource
// grouped by code".
#include "src/operations/latest.h"

#include <doctest/doctest.h>

using server::operations::LatestByCode;
using Numbers = std::vector<std::vector<std::size_t>>;

namespace {

Numbers numbers(const LatestByCode& latest) {
  Numbers all;
  for (const auto& group : latest.groups()) {
    all.emplace_back();
    for (const auto& kept : group) all.back().push_back(kept.number);
  }
  return all;
}

}  // namespace

TEST_CASE("the newest of each code, in whatever order they come") {
  LatestByCode latest(2);
  latest.add(0, {"a"}, 10);
  latest.add(1, {"b"}, 40);
  latest.add(2, {"a"}, 30);
  latest.add(3, {"a"}, 20);
  CHECK(numbers(latest) == Numbers{{1}, {2, 3}});
}

TEST_CASE("what ties with the last one is kept too") {
  LatestByCode latest(1);
  latest.add(0, {"a"}, 10);
  latest.add(1, {"a"}, 10);
  latest.add(2, {"a"}, 9);
  CHECK(numbers(latest) == Numbers{{0, 1}});
}

TEST_CASE("observations that share a code through another are one group") {
  LatestByCode latest(1);
  latest.add(0, {"a"}, 10);
  latest.add(1, {"b"}, 11);
  CHECK(numbers(latest).size() == 2);
  latest.add(2, {"a", "b"}, 5);
  CHECK(numbers(latest) == Numbers{{1}});
  latest.add(3, {"a"}, 12);
  CHECK(numbers(latest) == Numbers{{3}});
}

TEST_CASE("one without a time is older than any, and ties with none") {
  LatestByCode latest(2);
  latest.add(0, {}, {});
  latest.add(1, {}, {});
  latest.add(2, {}, {});
  latest.add(3, {}, -5);
  CHECK(numbers(latest) == Numbers{{3, 0}});
}
