#include "src/rest/operation_search.h"

namespace server::rest {

fhir::Result<void, Failure> for_each_match(storage::Reader& reader, search::Query& query,
                                           std::size_t matches_max,
                                           const std::function<bool(storage::Version&)>& visit) {
  constexpr std::uint32_t k_page = 500;
  query.count = k_page;
  query.total = search::Total::none;
  query.summary = search::Summary::none;
  std::size_t visited = 0;
  do {
    REST_TRY(page, reader.search(query));
    for (storage::Page::Entry& entry : page.entries) {
      if (++visited > matches_max)
        return fhir::unexpected(failure(fhir::make_issue(
            fhir::IssueType::too_costly, "More than " + std::to_string(matches_max) +
                                             " resources are concerned: ask for less")));
      if (!visit(entry.version)) return {};
    }
    query.cursor = std::move(page.next_cursor);
  } while (!query.cursor.empty());
  return {};
}

}  // namespace server::rest
