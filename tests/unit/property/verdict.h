// Whether an answer is right, and the smallest case in which it is not.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/property/search.h"
#include "tests/unit/property/subject.h"
#include "tests/unit/property/tree.h"
#include "tests/unit/property/world.h"

namespace property_test {

struct Verdict {
  std::string fault;           // what is wrong with the answer; empty when nothing is
  std::size_t hits = 0;        // how many resources are to be found
  bool is_too_costly = false;  // nothing was judged: a limit was passed
};

Verdict judge(const World& world, Subject& subject, const Search& search, std::uint32_t page);

/// Takes away resources, elements of resources, criteria and values while something stays wrong.
/// returns   the case as text; says so when it is not wrong in a fresh store
std::string shrunk(std::vector<Tree> resources, Search search, std::uint32_t page);

}  // namespace property_test
