#include "terminology/concept_set.h"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <vector>

namespace {

using terminology::ConceptId;
using terminology::ConceptSet;
using terminology::k_no_concept;

std::vector<ConceptId> listed(const ConceptSet& set) {
  std::vector<ConceptId> ids;
  set.for_each([&](ConceptId id) { ids.push_back(id); });
  return ids;
}

}  // namespace

TEST_CASE("a concept set answers as a sorted set of numbers does") {
  std::mt19937 random(7);
  for (const ConceptId universe : {0u, 1u, 63u, 64u, 65u, 128u, 1000u}) {
    CAPTURE(universe);
    ConceptSet a(universe), b(universe);
    std::set<ConceptId> expected_a, expected_b;
    for (ConceptId i = 0; universe != 0 && i < universe / 2 + 1; ++i) {
      const ConceptId id = static_cast<ConceptId>(random() % universe);
      CHECK(a.insert(id) == expected_a.insert(id).second);
      const ConceptId other = static_cast<ConceptId>(random() % universe);
      b.add(other);
      expected_b.insert(other);
    }
    CHECK(listed(a) == std::vector(expected_a.begin(), expected_a.end()));
    CHECK(a.count() == expected_a.size());
    CHECK(a.empty() == expected_a.empty());
    std::vector<ConceptId> both, either, left;
    for (ConceptId id = 0; id < universe; ++id) {
      CHECK(a.contains(id) == expected_a.contains(id));
      const auto later = expected_a.lower_bound(id);
      CHECK(a.next(id) == (later == expected_a.end() ? k_no_concept : *later));
      if (expected_a.contains(id) && expected_b.contains(id)) both.push_back(id);
      if (expected_a.contains(id) || expected_b.contains(id)) either.push_back(id);
      if (expected_a.contains(id) && !expected_b.contains(id)) left.push_back(id);
    }
    CHECK(listed(a & b) == both);
    CHECK(listed(a | b) == either);
    CHECK(listed(a - b) == left);
    CHECK(ConceptSet::all(universe).count() == universe);
    CHECK(((ConceptSet::all(universe) - a) | a) == ConceptSet::all(universe));
  }
}

TEST_CASE("what lies beyond the universe is in no concept set") {
  ConceptSet set(70);
  set.add(70);
  set.add(k_no_concept);
  CHECK_FALSE(set.insert(1000));
  set.remove(1000);
  CHECK(set.empty());
  CHECK_FALSE(set.contains(70));
  CHECK_FALSE(ConceptSet::all(70).contains(70));
  CHECK(ConceptSet::all(70).next(70) == k_no_concept);
  set.add(69);
  CHECK(set.next(0) == 69);
  set.remove(69);
  CHECK(set.empty());
}
