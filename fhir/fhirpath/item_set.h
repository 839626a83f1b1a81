// Items already met, for what removes duplicates: distinct(), union, repeat(). Few are compared one
// by one; many are found by a hash that agrees with equality.
#pragma once

#include <unordered_map>

#include "fhir/fhirpath/evaluation.h"

namespace fhir::fhirpath {

class ItemSet {
 public:
  explicit ItemSet(Evaluation& evaluation) : evaluation_(evaluation) {}

  /// Whether the item was not there. Ask the evaluation for a failure afterwards.
  bool insert(const Item& item);
  bool contains(const Item& item);
  std::size_t size() const { return items_.size(); }

 private:
  static constexpr std::size_t k_few = 12;
  void index_all();

  Evaluation& evaluation_;
  Collection items_;
  std::unordered_multimap<std::size_t, std::size_t> by_hash_;  // empty while there are few
};

/// Equal items have equal hashes.
std::size_t hash_of(const Item& item);

}  // namespace fhir::fhirpath
