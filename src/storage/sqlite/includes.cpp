// _include and _revinclude. https://hl7.org/fhir/R4/search.html#include
#include "src/storage/sqlite/searcher.h"

namespace server::storage::sqlite {
namespace {

bool is_any(std::string_view type) { return type.empty() || type == "*"; }

}  // namespace

/// Resources that `include` names from the resource `from`, which is of type `from_type`.
fhir::Result<void> Searcher::follow(const search::Include& include, std::string_view query_type,
                                    std::int64_t from, std::int64_t from_type, Rids& found) {
  if (!include.reverse) {
    const std::string_view source = is_any(include.source_type) ? query_type : include.source_type;
    if (include.source_type != "*" && catalog_.type(source) != from_type) return {};
    if (include.parameter == nullptr) {
      return add_rows(Fixed::forward_targets_any, from, {}, found);
    }
    const auto param = catalog_.parameter(from_type, include.parameter->url);
    return param ? add_rows(Fixed::forward_targets, from, *param, found) : fhir::Result<void>();
  }
  // "a specific type of target resource": of those that refer to it.
  if (!is_any(include.target_type) && catalog_.type(include.target_type) != from_type) return {};
  std::vector<std::int64_t> sources;
  if (is_any(include.source_type)) {
    sources = catalog_.types();
  } else if (const auto source = catalog_.type(include.source_type)) {
    sources.push_back(*source);
  }
  for (std::int64_t source : sources) {
    if (include.parameter != nullptr) {
      const auto param = catalog_.parameter(source, include.parameter->url);
      if (param) FHIR_CHECK(add_rows(Fixed::reverse_sources, *param, from, found));
      continue;
    }
    for (std::int64_t param : dictionary_.parameters(source)) {
      FHIR_CHECK(add_rows(Fixed::reverse_sources, param, from, found));
    }
  }
  return {};
}

fhir::Result<void> Searcher::add_rows(Fixed name, std::int64_t first,
                                      std::optional<std::int64_t> second, Rids& found) {
  FHIR_TRY(statement, connection_.fixed(name));
  Run run(*statement);
  run->bind(1, first);
  if (second) run->bind(2, *second);
  Step step;
  while ((step = run->step()) == Step::row) {
    found.push_back(run->integer(0));
    if (found.size() > 8 * k_includes_max) break;
  }
  if (step == Step::failed) return fhir::unexpected(connection_.issue(run->code()));
  return {};
}

/// "the inclusion process can be iterative": with :iterate it goes on from what was included.
/// Each resource is in the page once; the target's type is held to where the query names one.
fhir::Result<void> Searcher::add_includes(Page& page, const search::Query& query, Rids matches) {
  std::unordered_set<std::int64_t> present(matches.begin(), matches.end());
  Rids frontier = std::move(matches);
  std::size_t first_entry = 0;  // of the frontier, in the page
  const std::size_t match_count = page.entries.size();
  for (int round = 0; !frontier.empty() && round < k_include_rounds_max; ++round) {
    Rids next;
    const std::size_t next_entry = page.entries.size();
    for (const search::Include& include : query.includes) {
      if (round > 0 && !include.iterate) continue;
      Rids found;
      for (std::size_t at = 0; at < frontier.size(); ++at) {
        const auto type = catalog_.type(page.entries[first_entry + at].version.type);
        FHIR_CHECK(follow(include, query.resource_type, frontier[at], type.value_or(0), found));
      }
      for (std::int64_t rid : found) {
        if (present.contains(rid)) continue;
        FHIR_TRY(is_there, add_entry(page, rid, false));
        if (!is_there) continue;
        if (!include.reverse && !is_any(include.target_type) &&
            page.entries.back().version.type != include.target_type) {
          page.entries.pop_back();
          continue;
        }
        present.insert(rid);
        next.push_back(rid);
        if (page.entries.size() - match_count > k_includes_max) {
          return fhir::unexpected(fhir::make_issue(
              fhir::IssueType::too_costly, "The page would include more than " +
                                               std::to_string(k_includes_max) +
                                               " resources; ask for fewer matches with _count"));
        }
      }
    }
    frontier = std::move(next);
    first_entry = next_entry;
  }
  return {};
}

}  // namespace server::storage::sqlite
