// One step of a reindexing: a page of resources whose index rows are made again and written.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "fhir/base/result.h"
#include "src/search/query.h"
#include "src/storage/store.h"

namespace server::jobs {

inline constexpr std::chrono::seconds k_read_deadline{20};

struct ReindexedPage {
  fhir::Result<storage::Page> page = fhir::unexpected(fhir::Issue{});
  std::uint64_t failed = 0;  // resources whose rows cannot be made: theirs stay as they are
  bool is_written = false;
  std::string problem;  // why nothing is written
};

/// Throws nothing.
///
/// index_of   the rows may point into what it holds
ReindexedPage reindex_page(storage::Store& store, const search::Query& query,
                           const search::IndexOf& index_of);

}  // namespace server::jobs
