// What may be done with the resources of a type, as a search criterion.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "src/search/query.h"

namespace server::policy {

enum class Extent : std::uint8_t { none, some, all };

/// What may be done with the resources of a type.
struct Permission {
  Extent extent = Extent::none;
  search::Criterion limit;  // of Extent::some: what a resource must match
};

/// The criteria as one; of one alone that one. Not for none.
search::Criterion combined(search::Combination combination, std::vector<search::Criterion> parts);

/// A copy of all but the criteria at other ends and the parts.
search::Criterion without_others(const search::Criterion& criterion);

/// A criterion owns what it chains to, and is not copied by accident.
search::Criterion copy_of(const search::Criterion& criterion);

/// Whether two criteria ask for the same of the same definitions. Of those that it does not go
/// through, chains among them, it says no.
bool is_same(const search::Criterion& a, const search::Criterion& b);

/// What both allow.
Permission both(Permission a, Permission b);

}  // namespace server::policy
