// Strings of a store, each kept once.
#pragma once

#include <string_view>
#include <unordered_set>

#include "fhir/base/arena.h"

namespace fhir::definitions {

class StringPool {
 public:
  explicit StringPool(Arena& arena) : arena_(arena) {}

  /// The pool's own copy; it lives as long as the arena.
  std::string_view keep(std::string_view text) {
    auto found = kept_.find(text);
    return found != kept_.end() ? *found : *kept_.insert(arena_.copy(text)).first;
  }

 private:
  Arena& arena_;
  std::unordered_set<std::string_view> kept_;
};

}  // namespace fhir::definitions
