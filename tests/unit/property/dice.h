// One seeded source of chance: the same seed makes the same world and the same questions
// everywhere.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

namespace property_test {

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}

  /// 0 .. limit - 1. The standard's distributions differ between libraries: this does not.
  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool chance(unsigned percent) { return below(100) < percent; }
  std::string pick(std::initializer_list<const char*> of) {
    return *(of.begin() + below(of.size()));
  }
  template <class Item>
  const Item& pick(const std::vector<Item>& of) {
    return of[below(of.size())];
  }

 private:
  std::mt19937 random_;
};

}  // namespace property_test
