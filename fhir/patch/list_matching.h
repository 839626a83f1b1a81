// Which items of two lists are the same item, and the steps from one list to the other.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "fhir/patch/property.h"

namespace fhir::patch {

/// One step on the way from the old list to the new one.
struct ListStep {
  enum class Kind { remove, move, insert, keep };
  Kind kind = Kind::keep;
  std::size_t from = 0;  // remove, move: where the item stands now; keep: in the old list
  std::size_t to = 0;    // move, insert, keep: where it stands in the new list
};

/// Items are one when they are equal, else when they have one id, else by their order among those
/// that are left. Removals come first, from the end; then each place of the new list in order: an
/// item inserted there, or one moved there, and `keep` for each item that both lists have, after it
/// has come to its place.
std::vector<ListStep> steps_between(const std::vector<Node>& from, const std::vector<Node>& to);

}  // namespace fhir::patch
