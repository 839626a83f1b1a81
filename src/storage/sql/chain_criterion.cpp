// https://hl7.org/fhir/R4/search.html#chaining https://hl7.org/fhir/R4/search.html#has
#include "src/storage/sql/contained_name.h"
#include "src/storage/sql/criteria.h"

namespace server::storage::sql {
namespace {

/// A live resource of the type stands at `rid`: a reference may point at nothing, or at another
/// type.
SqlText is_live(const std::string& alias, const std::string& rid, std::int64_t type) {
  SqlText text;
  (text << "EXISTS(SELECT 1 FROM resource " << alias << " WHERE " << alias << ".rid = " << rid
        << " AND " << alias << ".deleted = 0 AND " << alias << ".type = ")
      .bind(type);
  return text << ")";
}

}  // namespace

/// subject:Patient.name=…: a reference of this resource leads to one that matches.
fhir::Result<Condition> CriteriaCompiler::compile_chain(std::int64_t type,
                                                        const Criterion& criterion) {
  Condition condition;
  condition.can_drive = true;
  const std::int64_t param = catalog_.parameter(type, criterion.parameter->url).value_or(0);
  std::vector<std::int64_t> target_types;
  const auto add = [&](std::string_view name) {
    if (const auto target = catalog_.type(name)) target_types.push_back(*target);
    // "A chained condition will be evaluated inside contained resources."
    if (const auto within = catalog_.type(contained_type_name(name)))
      target_types.push_back(*within);
  };
  if (!criterion.target_type.empty()) {
    add(criterion.target_type);
  } else if (!criterion.parameter->targets.empty()) {
    for (std::string_view target : criterion.parameter->targets) add(target);
  } else {
    target_types = catalog_.types();
  }
  for (std::int64_t target : target_types) {
    FHIR_TRY(inner, compile(target, *criterion.chained));
    if (inner.matches_nothing()) continue;
    Branch link = branch(IndexKind::reference, param);
    const std::string to = alias_of(link) + ".target";
    link.where << " AND " << is_live(alias(), to, target) << " AND " << filter_text(inner, to);
    condition.filter.push_back(std::move(link));
    condition.can_drive &= inner.can_drive;
    for (Branch& from : inner.driver) {
      Branch joined = branch(IndexKind::reference, param);
      const std::string name = alias_of(joined);
      joined.from = from.from + std::string(dialect_.ordered_join()) + joined.from;
      joined.where << " AND " << from.where << " AND " << name << ".target = " << from.rid;
      condition.driver.push_back(std::move(joined));
    }
  }
  return condition;
}

/// _has:Observation:patient:code=…: a resource of target_type that matches points here.
fhir::Result<Condition> CriteriaCompiler::compile_reverse_chain(std::int64_t type,
                                                                const Criterion& criterion) {
  Condition condition;
  const auto source = catalog_.type(criterion.target_type);
  if (!source) return condition;
  const std::int64_t param = catalog_.parameter(*source, criterion.parameter->url).value_or(0);
  FHIR_TRY(inner, compile(*source, *criterion.reverse_chained));
  if (inner.matches_nothing()) return condition;
  condition.can_drive = inner.can_drive;
  Branch link = branch(IndexKind::reference, param);
  const std::string name = alias_of(link);
  link.where << " AND " << filter_text(inner, link.rid);
  link.rid = name + ".target";
  condition.filter.push_back(std::move(link));
  for (Branch& from : inner.driver) {
    Branch joined = branch(IndexKind::reference, param);
    const std::string link_name = alias_of(joined);
    joined.from = from.from + std::string(dialect_.ordered_join()) + joined.from;
    joined.where << " AND " << from.where << " AND " << joined.rid << " = " << from.rid << " AND "
                 << is_live(alias(), link_name + ".target", type);
    joined.rid = link_name + ".target";
    condition.driver.push_back(std::move(joined));
  }
  return condition;
}

}  // namespace server::storage::sql
