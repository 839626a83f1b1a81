// https://hl7.org/fhir/R4/http.html#ccreate
#include "src/rest/conditional.h"

#include "src/rest/search_request.h"
#include "src/search/percent.h"

namespace server::rest {

fhir::Result<search::Query, Failure> parse_condition(const Call& call, std::string_view type,
                                                     const Parameters& parameters) {
  FHIR_TRY(query, parse_search(call, type, parameters, search::Handling::strict));
  // A condition that cannot be judged yet must not be taken for one that nothing matches.
  FHIR_CHECK(check_is_complete(query));
  if (query.contained != search::Contained::no || !query.types.empty())
    return fhir::unexpected(failure(
        fhir::make_issue(fhir::Situation::malformed, fhir::IssueType::not_supported,
                         "A condition is about resources that stand by themselves: `_contained` "
                         "is not for it")));
  if (query.criteria.empty())
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::Situation::precondition_failed, fhir::IssueType::required,
                                 "A condition without criteria would match everything")));
  query.sort.clear();
  query.includes.clear();
  query.total = search::Total::none;
  return std::move(query);
}

fhir::Result<ConditionalMatch, Failure> find_one(const Call& call, std::string_view type,
                                                 std::string_view condition) {
  if (const std::size_t mark = condition.find('?'); mark != std::string_view::npos)
    condition.remove_prefix(mark + 1);
  REST_TRY(parameters, search::split_query(condition));
  return find_one(call, type, parameters);
}

fhir::Result<ConditionalMatch, Failure> find_one(const Call& call, std::string_view type,
                                                 const Parameters& parameters) {
  FHIR_TRY(query, parse_condition(call, type, parameters));
  query.count = 2;
  REST_TRY(reader, call.reader());
  REST_TRY(page, reader->search(query));
  if (page.entries.size() > 1)
    return fhir::unexpected(
        failure(fhir::make_issue(fhir::IssueType::multiple_matches,
                                 "The criteria match more than one " + std::string(type))));
  ConditionalMatch match;
  if (!page.entries.empty()) match.id = std::move(page.entries.front().version.id);
  match.query = std::make_shared<search::Query>(std::move(query));
  return match;
}

}  // namespace server::rest
