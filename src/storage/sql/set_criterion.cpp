// Many resources at once: one bound list for all of them, whatever their number, which the database
// looks into and never copies.
#include "src/search/resource_set.h"
#include "src/storage/sql/criteria.h"
#include "src/storage/sql/number_list.h"

namespace server::storage::sql {

/// Their identities. An identity stays with a resource while anything refers to it:
/// a list in which none is missing is made once.
fhir::Result<std::shared_ptr<const std::string>> CriteriaCompiler::names_of(
    const search::ResourceSet& set, std::int64_t type) {
  if (auto known = set.names()) return known;
  std::vector<std::int64_t> numbers;
  bool is_whole = true;
  for (const std::string& id : set.ids()) {
    FHIR_TRY(rid, catalog_.rid(type, id));
    is_whole = is_whole && rid.has_value();
    if (rid) numbers.push_back(*rid);
  }
  auto list = std::make_shared<const std::string>(number_list(std::move(numbers)));
  if (is_whole) set.keep_names(list);
  return list;
}

fhir::Result<Condition> CriteriaCompiler::compile_set(std::int64_t type,
                                                      const Criterion& criterion) {
  const search::ResourceSet& set = *criterion.set;
  const bool is_outside = set.side() == search::Side::outside;
  Condition condition;
  condition.can_drive = false;
  const auto set_type = catalog_.type(set.type());
  if (!set_type) return condition;  // nothing has ever referred to one
  FHIR_TRY(names, names_of(set, *set_type));
  const auto add = [&](Branch one, const std::string& identity) -> fhir::Result<void> {
    (one.where << " AND " << (is_outside ? "NOT " : ""))
        .bind_in(dialect_.is_listed(identity), names);
    for (const Operand& except : criterion.alternatives) {
      FHIR_TRY(rid, catalog_.rid(*set_type, except.id));
      if (rid) (one.where << " AND " << identity << " <> ").bind(*rid);
    }
    if (is_outside && criterion.parameter->code != "_id") {
      const std::string target = alias();
      one.where << " AND EXISTS(SELECT 1 FROM resource " << target << " WHERE " << target
                << ".rid = " << identity;
      (one.where << " AND " << target << ".type = ").bind(*set_type) << ")";
    }
    condition.add(std::move(one));
    return {};
  };
  if (criterion.parameter->code == "_id") {
    Branch one = resource_branch(type);
    const std::string identity = one.rid;
    FHIR_CHECK(add(std::move(one), identity));
    return condition;
  }
  Branch one =
      branch(IndexKind::reference, catalog_.parameter(type, criterion.parameter->url).value_or(0));
  const std::string identity = alias_of(one) + ".target";
  FHIR_CHECK(add(std::move(one), identity));
  return condition;
}

}  // namespace server::storage::sql
