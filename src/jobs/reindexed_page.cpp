#include "src/jobs/reindexed_page.h"

#include <exception>
#include <utility>
#include <vector>

namespace server::jobs {
namespace {

std::vector<storage::Write> writes_of(const storage::Page& page, const search::IndexOf& index_of) {
  std::vector<storage::Write> writes;
  writes.reserve(page.entries.size());
  for (const storage::Page::Entry& entry : page.entries) {
    auto rows = index_of(entry.version.body);
    if (!rows) continue;
    storage::Write write;
    write.method = storage::WriteMethod::reindex;
    write.type = entry.version.type;
    write.id = entry.version.id;
    write.precondition.if_match = entry.version.version_id;
    write.index = *std::move(rows);
    writes.push_back(std::move(write));
  }
  return writes;
}

}  // namespace

/// Whatever is thrown ends the step, not the program.
ReindexedPage reindex_page(storage::Store& store, const search::Query& query,
                           const search::IndexOf& index_of) try {
  ReindexedPage done;
  {
    auto reader = store.reader(std::chrono::steady_clock::now() + k_read_deadline);
    done.page = reader ? (*reader)->search(query) : fhir::unexpected(std::move(reader).error());
  }
  if (!done.page) return done;
  auto writes = writes_of(*done.page, index_of);
  done.failed = done.page->entries.size() - writes.size();
  done.is_written = writes.empty();
  if (done.is_written) return done;
  auto written = store.write(std::move(writes));
  done.is_written = written.has_value();
  if (!written) done.problem = std::move(written).error().issue.diagnostics;
  return done;
} catch (const std::exception&) {
  return {};
}

}  // namespace server::jobs
