// A search of several types: each finds what comes next of its own, and the first of all that are
// the page. https://hl7.org/fhir/R4/http.html#search
#include <algorithm>

#include "src/storage/sql/dialect.h"
#include "src/storage/sqlite/searcher.h"

namespace server::storage::sqlite {
fhir::Result<std::vector<Searcher::Found>> Searcher::find_in_types(const search::Query& query,
                                                                   const sql::Cursor& cursor,
                                                                   bool is_first,
                                                                   std::uint32_t limit) {
  std::vector<Found> all;
  for (const search::Query& type : query.types) {
    FHIR_CHECK(connection_.check_deadline());
    sql::QueryBuilder builder(catalog_, sql::sqlite_dialect());
    FHIR_CHECK(builder.compile(type));
    FHIR_TRY(found,
             find_at_first(builder, type, query.index_of, cursor, is_first, limit, Fetch::nothing));
    for (Found& one : found) one.query = &type;
    std::move(found.begin(), found.end(), std::back_inserter(all));
  }
  std::sort(all.begin(), all.end(),
            [&](const Found& a, const Found& b) { return is_before(query, a.place(), b.place()); });
  if (all.size() > limit) all.resize(limit);
  return all;
}

}  // namespace server::storage::sqlite
