// What stands on a page for contained resources that match.
// https://hl7.org/fhir/R4/search.html#contained
#include <algorithm>
#include <limits>

#include "src/storage/sql/contained_name.h"
#include "src/storage/sql/dialect.h"
#include "src/storage/sqlite/searcher.h"

namespace server::storage::sqlite {

bool Searcher::is_of_contained(const search::Query& query, const Found& found) {
  const search::Query& of_type = found.query != nullptr ? *found.query : query;
  return of_type.contained == search::Contained::only;
}

fhir::Result<bool> Searcher::add_match(Page& page, const search::Query& query, Found& found) {
  const search::Query& of_type = found.query != nullptr ? *found.query : query;
  if (const auto was = past_.find(found.rid); was != past_.end())
    return add_as_it_was(page, of_type, std::move(was->second));  // a rid is found once
  if (is_of_contained(query, found)) return add_contained(page, of_type, found.rid);
  matched_rid_ = found.rid;
  if (!found.version) return add_entry(page, found.rid, true);
  if (found.version->deleted || sql::is_contained_type(found.version->type)) return false;
  page.entries.emplace_back().version = *std::move(found.version);
  return true;
}

bool Searcher::add_as_it_was(Page& page, const search::Query& query, Past::Found was) {
  matched_rid_ = was.container;
  Page::Entry& entry = page.entries.emplace_back();
  entry.version = std::move(was.version);
  entry.is_past = true;
  if (query.contained != search::Contained::only) return true;
  if (query.contained_type == search::ContainedType::contained) {
    entry.contained_id = std::move(was.contained_id);
  } else if (is_container_repeated(page)) {
    page.entries.pop_back();
    return false;
  }
  return true;
}

/// The last entry: matched by a resource of another type that it contains, or by itself.
bool Searcher::is_container_repeated(const Page& page) {
  const Version& last = page.entries.back().version;
  return std::any_of(page.entries.begin(), page.entries.end() - 1, [&](const Page::Entry& other) {
    return other.version.type == last.type && other.version.id == last.id;
  });
}

/// "the server can return either the container resource, or the contained resource alone": both are
/// made of the container.
fhir::Result<bool> Searcher::add_contained(Page& page, const search::Query& query,
                                           std::int64_t rid) {
  std::int64_t type = 0;
  std::string id;
  {
    FHIR_TRY(statement, connection_.fixed(Fixed::read_by_rid));
    Run run(*statement);
    run->bind(1, rid);
    const Step step = run->step();
    if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
    if (step == Step::done || run->integer(3) != 0) return false;
    type = run->integer(5);
    id = run->bytes(6);
  }
  const sql::ContainedId named = sql::read_contained_id(id);
  matched_rid_ = named.container;
  const bool is_container = query.contained_type == search::ContainedType::container;
  if (is_container) {
    FHIR_TRY(is_first, is_first_of_container(query, rid, type, named.container));
    if (!is_first) return false;
  }
  FHIR_TRY(is_there, add_entry(page, named.container, true));
  if (!is_there) return false;
  if (is_container && is_container_repeated(page)) {
    page.entries.pop_back();
    return false;
  }
  if (!is_container) page.entries.back().contained_id = named.local;
  return true;
}

/// A container stands where the first of its matches does: whichever page that is on.
fhir::Result<bool> Searcher::is_first_of_container(const search::Query& query, std::int64_t rid,
                                                   std::int64_t type, std::int64_t container) {
  FHIR_TRY(all, contained_in(container, type));
  if (all.size() < 2) return true;
  FHIR_TRY(first, first_among(query, all));
  return first && first->rid == rid;
}

/// In a search of contained resources and others: whether no other of its types gave the resource,
/// or what stands for it, already. What has changed since the first page is not asked again.
fhir::Result<bool> Searcher::is_first_of_types(const search::Query& query, const Found& found) {
  if (past_.contains(found.rid)) return true;
  std::int64_t container = found.rid;
  if (is_of_contained(query, found)) {
    FHIR_TRY(of, container_of(found.rid));
    container = of;
  }
  for (const search::Query& other : query.types) {
    if (&other == found.query) continue;
    const bool is_within = other.contained == search::Contained::only;
    const auto type = catalog_.type(is_within ? sql::contained_type_name(other.resource_type)
                                              : other.resource_type);
    if (!type) continue;
    std::vector<std::int64_t> rids{container};
    if (is_within) {
      FHIR_TRY(all, contained_in(container, *type));
      rids = std::move(all);
    }
    if (rids.empty()) continue;
    FHIR_TRY(first, first_among(other, rids));
    if (first && is_before(query, first->place(), found.place())) return false;
  }
  return true;
}

/// Those that are there now.
fhir::Result<Searcher::Rids> Searcher::contained_in(std::int64_t container, std::int64_t type) {
  Rids all;
  const std::string first = sql::first_contained_id(container),
                    past = sql::past_contained_id(container);
  FHIR_TRY(statement, connection_.statement("SELECT rid FROM resource WHERE type = ? AND "
                                            "id >= ? AND id < ? AND deleted = 0"));
  Run run(*statement);
  run->bind(1, type);
  run->bind_text(2, first);
  run->bind_text(3, past);
  Step step;
  while ((step = run->step()) == Step::row) all.push_back(run->integer(0));
  if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return all;
}

fhir::Result<std::int64_t> Searcher::container_of(std::int64_t rid) {
  FHIR_TRY(statement, connection_.fixed(Fixed::read_by_rid));
  Run run(*statement);
  run->bind(1, rid);
  if (run->step() == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return sql::read_contained_id(run->bytes(6)).container;
}

/// The match that comes first, of these.
fhir::Result<std::optional<Searcher::Found>> Searcher::first_among(const search::Query& query,
                                                                   const Rids& rids) {
  sql::QueryBuilder builder(catalog_, sql::sqlite_dialect());
  FHIR_CHECK(builder.compile(query));
  builder.keep_to(rids);
  sql::Cursor start;
  start.newest_rid = std::numeric_limits<std::int64_t>::max();
  FHIR_TRY(found, find(builder, start, true, 1, query.sort.size()));
  if (found.empty()) return std::optional<Found>();
  return std::optional<Found>(std::move(found.front()));
}

}  // namespace server::storage::sqlite
