// For random resources and random searches the answer is that of the slow evaluator.
// MEDISYNC_PROPERTY_ROUNDS: how many worlds; MEDISYNC_PROPERTY_SEED: that of the first.
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>

#include "tests/unit/property/questions.h"
#include "tests/unit/property/resources.h"
#include "tests/unit/property/universe.h"
#include "tests/unit/property/verdict.h"

using namespace property_test;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint32_t k_rounds = 4;
#else
constexpr std::uint32_t k_rounds = 30;
#endif
constexpr int k_writes = 60, k_searches = 150;

std::uint32_t setting(const char* name, std::uint32_t otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? static_cast<std::uint32_t>(std::strtoul(value, nullptr, 10))
                          : otherwise;
}

/// Writes, writes over and deletes; what is left at the end.
std::map<std::string, std::pair<Tree, std::int64_t>> fill(Subject& subject, Dice& dice) {
  std::map<std::string, std::pair<Tree, std::int64_t>> current;
  for (int left = k_writes; left > 0; --left) {
    const std::string type(resource_types()[dice.below(resource_types().size())]);
    const std::string id = some_id(dice);
    if (dice.chance(10)) {
      subject.remove(type, id);
      current.erase(type + "/" + id);
    } else {
      const Tree tree = some_resource(type, id, dice);
      current[type + "/" + id] = {tree, subject.put(tree)};
    }
  }
  return current;
}

}  // namespace

TEST_CASE("random searches of random resources find what the slow evaluator finds") {
  const std::uint32_t first = setting("MEDISYNC_PROPERTY_SEED", 1);
  const std::uint32_t rounds = setting("MEDISYNC_PROPERTY_ROUNDS", k_rounds);
  std::size_t searches = 0, found = 0, refused = 0;
  for (std::uint32_t seed = first; seed < first + rounds; ++seed) {
    Dice dice(seed);
    Subject subject;
    const auto current = fill(subject, dice);
    World world;
    std::vector<Tree> trees;
    for (const auto& [key, one] : current) {
      world.resources.emplace_back(one.first, one.second);
      trees.push_back(one.first);
    }
    world.now = subject.now();
    Questions questions(world, dice);
    for (int left = k_searches; left > 0; --left) {
      const Search search = questions.search();
      const std::uint32_t page = static_cast<std::uint32_t>(1 + dice.below(4));
      const Verdict verdict = judge(world, subject, search, page);
      ++searches;
      found += verdict.hits > 0;
      refused += verdict.is_too_costly;
      if (verdict.fault.empty()) continue;
      FAIL_CHECK("seed " << seed << ": " << search.text() << ": " << verdict.fault
                         << "\nat its smallest:" << shrunk(trees, search, page));
      break;
    }
  }
  MESSAGE(searches << " searches, " << found << " of which find something, " << refused
                   << " of which are too costly");
  CHECK(found * 4 > searches);
  CHECK(refused * 100 <= searches);
}
