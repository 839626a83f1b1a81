// Judges index rows by a criterion in memory, for resources that no store holds.
// https://hl7.org/fhir/R4/search.html
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "src/search/index_rows.h"
#include "src/search/query.h"

namespace server::search {

struct Candidate {
  std::string_view id;
  std::int64_t last_updated = 0;  // UTC milliseconds
  const IndexRows* rows = nullptr;
};

/// Whether a criterion finds the resource, as a store would tell; nothing for what takes a store or
/// does not occur in resources of terminology: chains, hierarchies, full text, numbers, composites.
std::optional<bool> matches(const Criterion& criterion, const Candidate& candidate);

/// Whether all criteria of a query of one type find it; what cannot be told does not.
bool matches(const Query& query, const Candidate& candidate);

}  // namespace server::search
