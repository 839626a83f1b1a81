#include "src/jobs/asked_parameters.h"

#include <algorithm>

namespace server::jobs {
namespace {

using Wanted = std::function<bool(const fhir::SearchParameter& parameter)>;

const fhir::SearchParameter* of_criterion(const search::Criterion& criterion,
                                          const Wanted& is_wanted) {
  if (criterion.parameter != nullptr && is_wanted(*criterion.parameter)) return criterion.parameter;
  for (const auto* inner : {criterion.chained.get(), criterion.reverse_chained.get()}) {
    const auto* found = inner != nullptr ? of_criterion(*inner, is_wanted) : nullptr;
    if (found != nullptr) return found;
  }
  for (const search::Criterion& part : criterion.parts) {
    if (const auto* found = of_criterion(part, is_wanted)) return found;
  }
  return nullptr;
}

}  // namespace

const fhir::SearchParameter* asked_parameter(const search::Query& query, const Wanted& is_wanted) {
  for (const search::Criterion& criterion : query.criteria) {
    if (const auto* found = of_criterion(criterion, is_wanted)) return found;
  }
  for (const search::SortKey& key : query.sort) {
    if (key.parameter != nullptr && is_wanted(*key.parameter)) return key.parameter;
  }
  for (const search::Include& include : query.includes) {
    if (include.parameter != nullptr && is_wanted(*include.parameter)) return include.parameter;
  }
  for (const search::Query& type : query.types) {
    if (const auto* found = asked_parameter(type, is_wanted)) return found;
  }
  return nullptr;
}

bool asks_for_contained(const search::Query& query) {
  return query.contained != search::Contained::no ||
         std::any_of(query.types.begin(), query.types.end(), asks_for_contained);
}

}  // namespace server::jobs
