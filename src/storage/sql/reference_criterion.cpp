// https://hl7.org/fhir/R4/search.html#reference
#include "src/storage/sql/criteria.h"

namespace server::storage::sql {

using search::Modifier;

/// The identities that an operand may mean: `Type/id`, or an id of any type that is allowed.
fhir::Result<std::vector<std::int64_t>> CriteriaCompiler::targets(const Criterion& criterion,
                                                                  const Operand& operand) {
  std::vector<std::int64_t> types;
  const auto add = [&](std::string_view name) {
    if (const auto type = catalog_.type(name)) types.push_back(*type);
  };
  if (!operand.type.empty()) {
    add(operand.type);
  } else if (!criterion.target_type.empty()) {
    add(criterion.target_type);
  } else if (!criterion.parameter->targets.empty()) {
    for (std::string_view target : criterion.parameter->targets) add(target);
  } else {
    types = catalog_.types();
  }
  std::vector<std::int64_t> found;
  for (std::int64_t type : types) {
    FHIR_TRY(rid, catalog_.rid(type, operand.id));
    if (rid) found.push_back(*rid);
  }
  return found;
}

fhir::Result<Condition> CriteriaCompiler::compile_references(std::int64_t param,
                                                             const Criterion& criterion) {
  if (criterion.modifier == Modifier::nowhere) return compile_nowhere(param);
  if (criterion.modifier == Modifier::identifier) return compile_tokens(param, criterion);
  if (criterion.modifier == Modifier::above || criterion.modifier == Modifier::below) {
    return compile_hierarchy(param, criterion);
  }
  if (criterion.modifier != Modifier::none && criterion.modifier != Modifier::type) {
    return fhir::unexpected(not_supported(criterion));
  }
  Condition condition;
  std::vector<std::int64_t> rids;
  for (const Operand& operand : criterion.alternatives) {
    if (!operand.id.empty()) {
      FHIR_TRY(found, targets(criterion, operand));
      rids.insert(rids.end(), found.begin(), found.end());
      continue;
    }
    Branch one = branch(IndexKind::uri, param);
    (one.where << " AND " << alias_of(one) << ".value = ").bind(operand.text);
    one.ordered = true;
    condition.add(std::move(one));
  }
  if (rids.size() > k_branches_max) {
    const auto make = [&](bool is_looked_up) {
      Branch one = branch(IndexKind::reference, param);
      const std::string target = alias_of(one) + ".target";
      one.where << " AND " << (is_looked_up ? target : dialect_.unindexed(target)) << " IN (";
      for (std::size_t at = 0; at < rids.size(); ++at) {
        (one.where << (at == 0 ? "" : ", ")).bind(rids[at]);
      }
      one.where << ")";
      return one;
    };
    condition.driver.push_back(make(true));
    condition.filter.push_back(make(false));  // a resource has fewer references than the list
    return condition;
  }
  for (std::int64_t rid : rids) {
    Branch one = branch(IndexKind::reference, param);
    (one.where << " AND " << alias_of(one) << ".target = ").bind(rid);
    one.ordered = true;
    condition.add(std::move(one));
  }
  return condition;
}

/// A reference to what never was, was deleted or erased: an identity is all that there is of it.
Condition CriteriaCompiler::compile_nowhere(std::int64_t param) {
  Condition condition;
  Branch one = branch(IndexKind::reference, param);
  const std::string target = alias();
  one.where << " AND NOT EXISTS(SELECT 1 FROM resource " << target << " WHERE " << target
            << ".rid = " << alias_of(one) << ".target AND " << target << ".deleted = 0)";
  condition.add(std::move(one));
  condition.can_drive = false;
  return condition;
}

/// "The modifier :below is used with canonical references, to control whether the version is
/// considered in the search": |1 is above |1.0. Without one every version is meant: each has a row
/// without it.
Branch CriteriaCompiler::versions_of_canonical(std::int64_t param, const std::string& canonical,
                                               bool is_below) {
  Branch one = branch(IndexKind::uri, param);
  const std::string value = alias_of(one) + ".value";
  const std::size_t bar = canonical.find('|');
  (one.where << " AND (" << value << " = ").bind(canonical);
  if (is_below && bar != std::string::npos)
    one.where << " OR " << prefix_condition(value, canonical + ".");
  for (std::size_t dot = canonical.rfind('.');
       !is_below && bar != std::string::npos && dot != std::string::npos && dot > bar;
       dot = canonical.rfind('.', dot - 1))
    (one.where << " OR " << value << " = ").bind(canonical.substr(0, dot));
  one.where << ")";
  return one;
}

/// location:below=Location/1: a reference to it, or to what is part of it at any depth. The links
/// of a hierarchy are references themselves; a circle of them ends where it began.
fhir::Result<Condition> CriteriaCompiler::compile_hierarchy(std::int64_t param,
                                                            const Criterion& criterion) {
  SqlText links;
  for (const search::HierarchyLink& link : criterion.hierarchy) {
    const auto type = catalog_.type(link.type);
    const auto number = type ? catalog_.parameter(*type, link.parameter->url) : std::nullopt;
    if (number) (links << (links.empty() ? "" : ", ")).bind(*number);
  }
  const bool is_below = criterion.modifier == Modifier::below;
  Condition condition;
  for (const Operand& operand : criterion.alternatives) {
    if (operand.id.empty()) {
      condition.add(versions_of_canonical(param, operand.text, is_below));
      continue;
    }
    FHIR_TRY(rids, targets(criterion, operand));
    for (const std::int64_t rid : rids) {
      Branch one = branch(IndexKind::reference, param);
      one.where << " AND " << alias_of(one) << ".target IN (WITH RECURSIVE reached(x) AS (SELECT ";
      one.where.bind(rid);
      if (!links.empty()) {
        one.where << " UNION SELECT " << (is_below ? "h.rid" : "h.target") << " FROM reached"
                  << dialect_.ordered_join() << "reference_index h WHERE "
                  << (is_below ? "h.target" : "h.rid") << " = x AND h.param IN (" << links << ")";
      }
      one.where << ") SELECT x FROM reached)";
      condition.add(std::move(one));
    }
  }
  return condition;
}

}  // namespace server::storage::sql
