// https://hl7.org/fhir/R4/patient-operation-everything.html
// https://hl7.org/fhir/R4/encounter-operation-everything.html
#include "src/operations/everything_query.h"

#include <algorithm>
#include <array>

#include "src/search/compartment.h"

namespace server::operations {
namespace {

using fhir::DefinitionStore;
using fhir::SearchParameter;
using fhir::SearchParameterType;
using search::Combination;
using search::Criterion;
using search::Modifier;
using search::Operand;
using search::Prefix;

/// Search parameters that say when care was given, or asked for.
constexpr std::array<std::string_view, 18> k_care_dates = {
    "date",           "onset-date", "recorded-date",  "authoredon",   "authored",   "authored-on",
    "effective-time", "effective",  "whenhandedover", "whenprepared", "occurrence", "event-date",
    "period",         "started",    "created",        "sent",         "collected",  "datetime"};

Criterion with(const SearchParameter* parameter, Operand operand) {
  Criterion criterion;
  criterion.parameter = parameter;
  criterion.alternatives.push_back(std::move(operand));
  return criterion;
}

Criterion id_among(const SearchParameter* parameter, std::span<const std::string_view> ids) {
  Criterion criterion;
  criterion.parameter = parameter;
  for (std::string_view id : ids) {
    Operand operand;
    operand.code = id;
    criterion.alternatives.push_back(std::move(operand));
  }
  return criterion;
}

Criterion updated_since(std::string_view type, std::int64_t since_ms,
                        const DefinitionStore& definitions) {
  Operand operand;
  operand.prefix = Prefix::ge;
  operand.low = since_ms;
  operand.high = since_ms + 1;
  return with(definitions.search_parameter(type, "_lastUpdated"), std::move(operand));
}

/// Of any resource of the focus' type: the reference leads to one that is here.
Criterion leads_to_any(const Focus& focus, const SearchParameter* parameter,
                       const DefinitionStore& definitions) {
  Criterion criterion;
  criterion.parameter = parameter;
  criterion.target_type = focus.type;
  criterion.chained = std::make_unique<Criterion>(updated_since(focus.type, 0, definitions));
  return criterion;
}

std::vector<const SearchParameter*> care_dates(std::string_view type,
                                               const DefinitionStore& definitions) {
  std::vector<const SearchParameter*> dates;
  for (std::string_view code : k_care_dates) {
    const SearchParameter* found = definitions.search_parameter(type, code);
    if (found != nullptr && found->type == SearchParameterType::date) dates.push_back(found);
  }
  return dates;
}

Operand from_day(const fhir::DateTime& time, Prefix prefix) {
  const fhir::Instants instants = time.instants();
  Operand operand;
  operand.prefix = prefix;
  operand.low = instants.low;
  operand.high = instants.high;
  return operand;
}

/// "The date range relates to care dates, not record currency dates". What has no care date is
/// always in the range: a patient, a coverage, an order of which nobody knows when it was written.
std::optional<Criterion> in_period(std::string_view type, const EverythingRequest& request,
                                   const DefinitionStore& definitions) {
  const auto dates = care_dates(type, definitions);
  if ((!request.start && !request.end) || dates.empty()) return std::nullopt;
  Criterion any, undated;
  any.combination = Combination::any;
  undated.combination = Combination::all;
  for (const SearchParameter* date : dates) {
    Criterion within;
    within.combination = Combination::all;
    if (request.start) within.parts.push_back(with(date, from_day(*request.start, Prefix::ge)));
    if (request.end) within.parts.push_back(with(date, from_day(*request.end, Prefix::le)));
    any.parts.push_back(std::move(within));
    Operand missing;
    missing.missing = true;
    Criterion none = with(date, std::move(missing));
    none.modifier = Modifier::missing;
    undated.parts.push_back(std::move(none));
  }
  any.parts.push_back(std::move(undated));
  return any;
}

bool is_among(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

search::Include everything_referred_to() {
  search::Include include;
  include.source_type = "*";
  return include;
}

/// "Servers should consider returning appropriate Provenance … on the returned resources".
search::Include provenances(const SearchParameter* target) {
  search::Include include;
  include.source_type = "Provenance";
  include.parameter = target;
  include.reverse = true;
  return include;
}

}  // namespace

fhir::Result<Criterion> member_criterion(const Focus& focus, std::string_view type,
                                         const DefinitionStore& definitions) {
  Criterion any;
  any.combination = Combination::any;
  if (auto member = search::compartment_criterion(focus.type, focus.id, type, definitions)) {
    any = *std::move(member);
  } else if (type != focus.type) {
    return fhir::unexpected(std::move(member).error());
  }
  if (focus.id.empty()) {
    for (Criterion& part : any.parts) {
      if (part.parameter->type == SearchParameterType::reference)
        part = leads_to_any(focus, part.parameter, definitions);
    }
    if (type == focus.type) any.parts.push_back(updated_since(type, 0, definitions));
  } else if (type == focus.type) {
    any.parts.push_back(
        id_among(definitions.search_parameter(type, "_id"), std::span(&focus.id, 1)));
  }
  return any;
}

fhir::Result<search::Query> everything_query(const EverythingRequest& request,
                                             const DefinitionStore& definitions) {
  auto members = search::compartment_types(request.focus.type, definitions);
  if (!is_among(members, request.focus.type)) members.push_back(request.focus.type);
  const bool walks_all = std::any_of(
      request.types.begin(), request.types.end(),
      [&](std::string_view type) { return !is_among(members, type) || type == "Provenance"; });
  search::Query query;
  for (std::string_view type : members) {
    if (!request.types.empty() && !walks_all && !is_among(request.types, type)) continue;
    search::Query one;
    one.resource_type = type;
    FHIR_TRY(member, member_criterion(request.focus, type, definitions));
    one.criteria.push_back(std::move(member));
    if (request.since_ms && !walks_all)
      one.criteria.push_back(updated_since(type, *request.since_ms, definitions));
    if (auto period = in_period(type, request, definitions))
      one.criteria.push_back(*std::move(period));
    query.types.push_back(std::move(one));
  }
  const SearchParameter* target = definitions.search_parameter("Provenance", "target");
  if (request.types.empty() || walks_all) {
    query.includes.push_back(everything_referred_to());
    if (target != nullptr) query.includes.push_back(provenances(target));
  }
  return query;
}

fhir::Result<search::Query> members_among(const Focus& focus, std::string_view type,
                                          std::span<const std::string_view> ids,
                                          const DefinitionStore& definitions) {
  search::Query query;
  query.resource_type = type;
  query.count = static_cast<std::uint32_t>(ids.size());
  query.criteria.push_back(id_among(definitions.search_parameter(type, "_id"), ids));
  FHIR_TRY(member, member_criterion(focus, type, definitions));
  query.criteria.push_back(std::move(member));
  return query;
}

}  // namespace server::operations
