#include "src/access/guarded_query.h"

#include <memory>
#include <utility>
#include <vector>

namespace server::access {
namespace {

using policy::without_others;
using search::Combination;
using search::Criterion;
using search::Query;

fhir::Result<Permission> may_search(const Access& access, std::string_view type) {
  Permission permission = access.permission(type, security::right_search);
  if (permission.extent == Extent::none)
    return forbidden(not_allowed("search", type, security::right_search, access));
  return permission;
}

/// Nothing in an index tells which Binaries are withheld, and how many a search finds would tell
/// it. An export may look through them: its pages may lack what they are counted to have.
bool is_unsearchable(std::string_view type, const Query& query, const Access& access) {
  return type == "Binary" && access.bound() != nullptr && query.moment.empty() &&
         access.bound()->is_binding();
}

fhir::Result<Criterion> guarded_criterion(const Criterion& criterion, std::string_view type,
                                          const Access& access);

/// What is found by an element tells what stands in it.
fhir::Result<void> check_is_shown(const fhir::SearchParameter* parameter, std::string_view type,
                                  const Access& access) {
  const policy::Shades* shades = access.shades();
  if (shades == nullptr || parameter == nullptr || !shades->bars(type, parameter)) return {};
  return forbidden("This role cannot search " + std::string(type) + " by " +
                   std::string(parameter->code) + ", which reads what it does not see");
}

fhir::Result<void> check_include(const search::Include& include, const Query& query,
                                 const Access& access) {
  const policy::Shades* shades = access.shades();
  if (shades == nullptr) return {};
  std::vector<std::string_view> types;
  for (const Query& one : query.types) types.emplace_back(one.resource_type);
  if (query.types.empty()) types = {query.resource_type};
  if (!is_of_any_type(include)) {
    types = {include.source_type};
  } else if (include.reverse) {
    types = {""};  // whichever has a reference
  }
  for (const std::string_view type : types) {
    if (include.parameter != nullptr) {
      FHIR_CHECK(check_is_shown(include.parameter, type, access));
    } else if (shades->bars_references(type)) {
      return forbidden("This role cannot include by all references: it does not see some of them");
    }
  }
  return {};
}

/// The key is one of the first of several types that all have it.
fhir::Result<void> check_sort(const Query& query, std::string_view type, const Access& access) {
  for (const search::SortKey& key : query.sort) {
    if (key.parameter == nullptr) continue;
    const auto* own = access.definitions().search_parameter(type, key.parameter->code);
    FHIR_CHECK(check_is_shown(own != nullptr ? own : key.parameter, type, access));
  }
  return {};
}

/// What is asked at the other end of a reference, and that it may be asked there.
fhir::Result<std::unique_ptr<Criterion>> guarded_end(const Criterion& end, std::string_view type,
                                                     const Access& access) {
  if (type.empty())
    return forbidden("With this token a chain has to name the type that it leads to");
  FHIR_TRY(permission, may_search(access, type));
  FHIR_TRY(inner, guarded_criterion(end, type, access));
  auto out = std::make_unique<Criterion>();
  if (permission.extent == Extent::all) {
    *out = std::move(inner);
    return out;
  }
  out->combination = Combination::all;
  out->parts.push_back(std::move(inner));
  out->parts.push_back(std::move(permission.limit));
  return out;
}

fhir::Result<Criterion> guarded_criterion(const Criterion& criterion, std::string_view type,
                                          const Access& access) {
  Criterion out = without_others(criterion);
  const bool is_there = criterion.reverse_chained != nullptr;  // the parameter is of the other end
  FHIR_CHECK(check_is_shown(criterion.parameter,
                            is_there ? std::string_view(criterion.target_type) : type, access));
  // Above and below walk over resources that nobody asked for by name.
  for (const search::HierarchyLink& link : criterion.hierarchy) {
    if (access.permission(link.type, security::right_search).extent != Extent::all)
      return forbidden("With this token :above and :below cannot walk over " + link.type);
    FHIR_CHECK(check_is_shown(link.parameter, link.type, access));
  }
  if (criterion.chained) {
    FHIR_TRY(end, guarded_end(*criterion.chained, criterion.target_type, access));
    out.chained = std::move(end);
  }
  if (criterion.reverse_chained) {
    FHIR_TRY(end, guarded_end(*criterion.reverse_chained, criterion.target_type, access));
    out.reverse_chained = std::move(end);
  }
  for (const Criterion& part : criterion.parts) {
    FHIR_TRY(inner, guarded_criterion(part, type, access));
    out.parts.push_back(std::move(inner));
  }
  return out;
}

/// Nor the scores of full text, which weigh a word by how many others' resources have it.
Query without_criteria(const Query& query) {
  Query copy;
  copy.resource_type = query.resource_type;
  copy.sort = query.sort;
  copy.includes = query.includes;
  copy.count = query.count;
  copy.total = query.total;
  copy.summary = query.summary;
  copy.elements = query.elements;
  copy.results_max = query.results_max;
  copy.index_of = query.index_of;
  copy.moment = query.moment;
  copy.cursor = query.cursor;
  copy.self = query.self;
  copy.warnings = query.warnings;
  return copy;
}

fhir::Result<Query> guarded_type(const Query& query, const Access& access) {
  // What stands for a contained resource is of another type, and perhaps of another patient.
  if (query.contained != search::Contained::no)
    return forbidden("With this token contained resources cannot be searched");
  FHIR_TRY(permission, may_search(access, query.resource_type));
  if (is_unsearchable(query.resource_type, query, access))
    return forbidden("With this token a Binary can be read, and none searched for");
  FHIR_CHECK(check_sort(query, query.resource_type, access));
  Query out = without_criteria(query);
  for (const Criterion& criterion : query.criteria) {
    FHIR_TRY(inner, guarded_criterion(criterion, query.resource_type, access));
    out.criteria.push_back(std::move(inner));
  }
  if (permission.extent == Extent::some) out.criteria.push_back(std::move(permission.limit));
  return out;
}

}  // namespace

std::string not_allowed(std::string_view doing, std::string_view type, Rights rights,
                        const Access& access) {
  std::string text(access.scopes_allow(type, rights) ? "This role does not allow to "
                                                     : "The token's scopes do not allow to ");
  return text.append(doing).append(" ").append(type);
}

fhir::Unexpected<fhir::Issue> forbidden(std::string diagnostics) {
  return fhir::unexpected(fhir::make_issue(fhir::Situation::refused, fhir::IssueType::forbidden,
                                           std::move(diagnostics)));
}

bool is_of_any_type(const search::Include& include) {
  return include.source_type.empty() || include.source_type == "*";
}

fhir::Result<Query> guarded(const Query& query, const Access& access) {
  // What an include finds further on is found by way of what may not be seen.
  for (const search::Include& include : query.includes) {
    if (include.iterate && !access.reads_everything())
      return forbidden("With this token includes cannot be iterated");
    FHIR_CHECK(check_include(include, query, access));
  }
  if (query.types.empty()) return guarded_type(query, access);
  Query out = without_criteria(query);
  for (const Query& type : query.types) {
    if (access.permission(type.resource_type, security::right_search).extent == Extent::none)
      continue;
    if (is_unsearchable(type.resource_type, query, access)) continue;
    FHIR_CHECK(check_sort(query, type.resource_type, access));
    FHIR_TRY(one, guarded_type(type, access));
    out.types.push_back(std::move(one));
  }
  if (out.types.empty())
    return forbidden("The token's scopes, or its user's role, allow to search none of these types");
  return out;
}

}  // namespace server::access
