#include "src/rest/bulk/type_filter.h"

#include <algorithm>

#include "src/rest/operation_input.h"
#include "src/rest/search_request.h"
#include "src/search/percent.h"

namespace server::rest {
namespace {

using search::Combination;
using search::Criterion;

bool is_type(std::string_view name, const fhir::DefinitionStore& definitions) {
  const auto types = definitions.resource_types();
  return std::find(types.begin(), types.end(), name) != types.end();
}

/// Where the next filter begins: behind a comma, a type and its `?`.
std::size_t next_filter(std::string_view value, const fhir::DefinitionStore& definitions) {
  for (std::size_t at = value.find(','); at != std::string_view::npos;
       at = value.find(',', at + 1)) {
    const std::string_view rest = value.substr(at + 1);
    if (is_type(rest.substr(0, rest.find('?')), definitions) &&
        rest.find('?') != std::string_view::npos)
      return at;
  }
  return std::string_view::npos;
}

/// A plus that was sent escaped, as in a time zone, has come out of the URL by now.
std::string keep_plus(std::string_view query) {
  std::string out;
  for (const char c : query) {
    if (c == '+')
      out += "%2B";
    else
      out += c;
  }
  return out;
}

fhir::Result<Criterion, Failure> criterion_of(const Call& call, std::string_view type,
                                              std::string_view text) {
  REST_TRY(parameters, search::split_query(keep_plus(text)));
  FHIR_TRY(query, parse_search(call, type, parameters, search::Handling::strict));
  FHIR_CHECK(check_is_complete(query));
  const bool is_filter = query.includes.empty() && query.sort.empty() && query.elements.empty() &&
                         !query.results_max && query.summary == search::Summary::none &&
                         query.contained == search::Contained::no && !query.is_full_text;
  if (!is_filter)
    return refuse(fhir::IssueType::not_supported,
                  "_typeFilter takes search criteria, but no full text, and nothing that sorts, "
                  "includes or shapes results");
  Criterion all;
  all.combination = Combination::all;
  all.parts = std::move(query.criteria);
  return all;
}

}  // namespace

fhir::Result<std::vector<TypeFilter>> split_filters(std::string_view value,
                                                    const fhir::DefinitionStore& definitions) {
  std::vector<TypeFilter> filters;
  while (!value.empty()) {
    const std::size_t end = next_filter(value, definitions);
    const std::string_view one = value.substr(0, end);
    value = end == std::string_view::npos ? std::string_view{} : value.substr(end + 1);
    const std::size_t mark = one.find('?');
    if (mark == std::string_view::npos || !is_type(one.substr(0, mark), definitions))
      return fhir::unexpected(fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::value,
                                               "_typeFilter names a resource type of R4, and a "
                                               "search of it behind a question mark"));
    filters.emplace_back(one.substr(0, mark), one.substr(mark + 1));
  }
  return filters;
}

fhir::Result<std::vector<Criterion>, Failure> criteria_of_filters(
    const Call& call, std::string_view type, const std::vector<TypeFilter>& filters) {
  Criterion any;
  any.combination = Combination::any;
  for (const TypeFilter& filter : filters) {
    if (filter.first != type) continue;
    FHIR_TRY(one, criterion_of(call, type, filter.second));
    // `Observation?` asks for all of them.
    if (one.parts.empty()) return std::vector<Criterion>();
    any.parts.push_back(std::move(one));
  }
  std::vector<Criterion> criteria;
  if (!any.parts.empty()) criteria.push_back(std::move(any));
  return criteria;
}

}  // namespace server::rest
