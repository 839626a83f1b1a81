// `_sort` in memory, as a store sorts. https://hl7.org/fhir/R4/search.html#sort
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "src/search/match.h"
#include "src/search/query.h"

namespace server::search {

/// What a resource is sorted by under one key; nothing: it has no such value.
using SortValue = std::optional<std::variant<std::int64_t, double, std::string>>;

/// One for each key: of several values the least, of a descending key the greatest.
std::vector<SortValue> sort_values(const std::vector<SortKey>& keys, const Candidate& candidate);

/// Whether a resource of values `a` stands before one of values `b`; what has no value stands last.
bool stands_before(const std::vector<SortKey>& keys, const std::vector<SortValue>& a,
                   const std::vector<SortValue>& b);

}  // namespace server::search
